import { readWhole } from '../../../runtime/command-line.ts';
import { MAX_STOCK } from '../../../runtime/domain.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT, readBookId, readExpectation, readKey } from '../command.ts';
import { copies } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const restock: CliCommand = {
  name: 'restock',
  usage: '<ID> <N>',
  summary: 'put N more copies on the shelf (admin)',
  options: {
    '--expect-version <N>': 'refuse if the book has changed since it was at this version (`info` shows it)',
    '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
  },
  examples: [['restock 2 50', '50 more copies of book 2']],
  token: 'admin',
  async run(context) {
    const [id, n] = context.args;
    const bookId = readBookId(id);
    const restock = readWhole(n!, 'N', 1, MAX_STOCK);
    const { key: given } = context.options;
    const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
    const { expectation, asOption } = readExpectation(context.options.expectVersion);
    const again = context.commandLine(`restock ${bookId} ${restock}${asOption} --key=${key}`);
    const change = { restock, ...expectation };
    const book = await askAgainWith(again, context.store().updateBook(bookId, change, { key }));
    context.show(book, () => {
      const replayed = book.replayed ? ' This had been done before; nothing more was added.' : '';
      return `Added ${copies(restock)} of "${plain(book.title)}": ${book.stock} on the shelf.${replayed}`;
    });
    return EXIT.done;
  },
};
