import type { BookAnswer } from '../../../runtime/api.ts';
import { type CliCommand, EXIT, readBookId } from '../command.ts';
import { facts } from '../table.ts';
import { copies, priceText } from '../wording.ts';

export const info: CliCommand = {
  name: 'info',
  usage: '<ID>',
  summary: 'one book: title, topic, price, stock',
  options: {
    '--strong': 'a linearizable read, past every cache',
  },
  examples: [
    ['info 2', 'what the store knows of book 2'],
    ['info 2 --strong --json', 'as JSON, and certainly up to date'],
  ],
  async run(context) {
    const [id] = context.args.map(readBookId);
    const book = await context.store().info(id!, { strong: context.options.strong === true });
    context.show(book, () => describe(book));
    return EXIT.done;
  },
};

function describe(book: BookAnswer): string {
  return facts([
    ['id', book.id],
    ['title', book.title],
    ['authors', book.authors],
    ['topic', book.topic],
    ['year', book.year],
    ['isbn', book.isbn],
    ['price', priceText(book.price, book.currency)],
    ['stock', book.stock],
    ['held', book.held || undefined],
    ['limit', book.perCustomer && `${copies(book.perCustomer)} for each customer`],
    ['sale', book.retired && 'out of search and sale'],
    ['version', book.version],
  ]);
}
