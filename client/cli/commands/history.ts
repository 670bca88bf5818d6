import type { HistoryAnswer } from '../../../runtime/api.ts';
import { readWhole } from '../../../runtime/command-line.ts';
import { type CliCommand, EXIT, readBookId } from '../command.ts';
import { table } from '../table.ts';

const MOST = 1000;

export const history: CliCommand = {
  name: 'history',
  usage: '<ID>',
  summary: 'the changes of a book, the latest first (reader)',
  details: ['Sales are orders, and not among them. The last 1000 changes of each book are remembered.'],
  options: {
    '--after <NUMBER>': 'those before the change with this number',
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 100)`,
  },
  examples: [['history 2', 'who changed what is not known, but when and how']],
  token: 'reader',
  async run(context) {
    const bookId = readBookId(context.args[0]);
    const { after, limit } = context.options;
    const page = await context.store().history(bookId, {
      ...(after !== undefined && { after: readWhole(String(after), '--after', 1, Number.MAX_SAFE_INTEGER) }),
      ...(limit !== undefined && { limit: readWhole(String(limit), '--limit', 1, MOST) }),
    });
    context.show(page, () => {
      if (page.events.length === 0) return `Book ${bookId} has not been changed since it was added.`;
      const columns = [{ number: 'change' }, 'at', { number: 'version' }, 'what', 'reason'];
      const shown = table(context.terminal, columns, page.events.map(row));
      if (page.next === null) return shown;
      return `${shown}\nMore: ${context.commandLine(`history ${bookId} --after=${page.next}`)}`;
    });
    return EXIT.done;
  },
};

function row({ number, at, version, changes, reason }: HistoryAnswer['events'][number]) {
  const what = changes.map(({ fact, from, to }) => `${fact}: ${from ?? 'none'} → ${to ?? 'none'}`).join(', ');
  return [number, at, version, what, reason];
}
