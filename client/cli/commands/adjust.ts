import { UsageError } from '../../../runtime/command-line.ts';
import { MAX_STOCK } from '../../../runtime/domain.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT, readBookId, readExpectation, readKey } from '../command.ts';
import { copies } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const adjust: CliCommand = {
  name: 'adjust',
  usage: '<ID> <BY>',
  summary: 'put in or take away copies, whatever is sold meanwhile (admin)',
  details: ['BY is like +3 or -2. More copies than there are cannot be taken away.'],
  options: {
    '--reason <TEXT>': 'why, for the history of the book',
    '--expect-version <N>': 'refuse if the book has changed since it was at this version (`info` shows it)',
    '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
  },
  examples: [['adjust 2 -2 --reason "two are torn"', 'two copies fewer']],
  token: 'admin',
  async run(context) {
    const [id, text = ''] = context.args;
    const bookId = readBookId(id);
    const by = readSigned(text);
    const { key: given, reason } = context.options;
    const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
    const { expectation, asOption } = readExpectation(context.options.expectVersion);
    const again = context.commandLine(`adjust ${bookId} ${text}${asOption} --key=${key}`);
    const wish = { by, ...(reason !== undefined && { reason: String(reason) }), ...expectation };
    const book = await askAgainWith(again, context.store().adjustStock(bookId, wish, { key }));
    context.show(book, () => {
      const replayed = book.replayed ? ' This had been done before; nothing more was changed.' : '';
      const what = by < 0 ? `Took ${copies(-by)} of` : `Put in ${copies(by)} of`;
      return `${what} "${plain(book.title)}": ${book.stock} on the shelf.${replayed}`;
    });
    return EXIT.done;
  },
};

function readSigned(text: string): number {
  const by = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(by) >= 1 && Math.abs(by) <= MAX_STOCK) return by;
  throw new UsageError(`BY must be a number of copies like +3 or -2, not "${text}"`);
}
