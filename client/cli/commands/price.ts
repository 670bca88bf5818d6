import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT, readAmount, readBookId, readExpectation, readKey } from '../command.ts';
import { priceText } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const price: CliCommand = {
  name: 'price',
  usage: '<ID> <AMOUNT>',
  summary: 'set the price of a book (admin)',
  options: {
    '--expect-version <N>': 'refuse if the book has changed since it was at this version (`info` shows it)',
    '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
  },
  examples: [['price 2 12.50', 'book 2 costs 12.50 from now on']],
  token: 'admin',
  async run(context) {
    const [id, amount] = context.args;
    const bookId = readBookId(id);
    const cost = readAmount(amount!);
    const { key: given } = context.options;
    const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
    const { expectation, asOption } = readExpectation(context.options.expectVersion);
    const again = context.commandLine(`price ${bookId} ${cost}${asOption} --key=${key}`);
    const change = { price: cost, ...expectation };
    const book = await askAgainWith(again, context.store().updateBook(bookId, change, { key }));
    context.show(book, () => {
      const replayed = book.replayed ? ' This had been done before.' : '';
      return `"${plain(book.title)}" costs ${priceText(book.price, book.currency)} now.${replayed}`;
    });
    return EXIT.done;
  },
};
