import { readWhole } from '../../../runtime/command-line.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { table } from '../table.ts';

const MOST = 1000;

export const topics: CliCommand = {
  name: 'topics',
  usage: '',
  summary: 'the topics and how many books each has, a page at a time',
  options: {
    '--after <TOPIC>': 'those behind this topic',
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 100)`,
  },
  examples: [
    ['topics', 'the first page'],
    ['topics --after "distributed systems" --limit 20', 'the twenty behind that'],
  ],
  async run(context) {
    const { after, limit } = context.options;
    const page = await context.store().topics({
      ...(after !== undefined && { after: String(after) }),
      ...(limit !== undefined && { limit: readWhole(String(limit), '--limit', 1, MOST) }),
    });
    context.show(page, () => {
      const rows = page.topics.map(({ topic, books }) => [topic, books]);
      const shown = table(context.terminal, ['topic', { number: 'books' }], rows);
      if (page.next === null) return shown;
      return `${shown}\nMore: ${context.commandLine(`topics --after=${quoted(page.next)}`)}`;
    });
    return EXIT.done;
  },
};

/** As one argument of a shell, whatever is in it. */
const quoted = (text: string) => `'${plain(text).replaceAll("'", "'\\''")}'`;
