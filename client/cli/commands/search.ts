import { UsageError } from '../../../runtime/command-line.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { table } from '../table.ts';

export const search: CliCommand = {
  name: 'search',
  usage: '<TOPIC...>',
  summary: 'the books of a topic',
  details: ['The topic is matched whole; upper and lower case are the same. Several words need no quotes.'],
  examples: [
    ['search distributed systems', 'ids and titles of that topic'],
    ['search "undergraduate school" --json', 'the same as JSON: [{"id":3,"title":"…"}]'],
  ],
  async run(context) {
    const topic = context.args.join(' ').trim();
    if (topic === '') throw new UsageError('TOPIC is missing');
    const titles = await context.store().search(topic);
    context.show(titles, () => {
      if (titles.length === 0) return `No book has the topic "${plain(topic)}".`;
      const rows = titles.map(({ id, title }) => [id, title]);
      return table(context.terminal, [{ number: 'id' }, 'title'], rows);
    });
    return EXIT.done;
  },
};
