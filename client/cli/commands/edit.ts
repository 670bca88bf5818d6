import { readWhole, UsageError } from '../../../runtime/command-line.ts';
import { MAX_STOCK } from '../../../runtime/domain.ts';
import { plain } from '../../../runtime/plain.ts';
import type { EditedFacts } from '../../client.ts';
import {
  type CliCommand,
  type CliContext,
  EXIT,
  readAmount,
  readBookId,
  readExpectation,
  readKey,
} from '../command.ts';
import { askAgainWith } from '../write-failed.ts';

export const edit: CliCommand = {
  name: 'edit',
  usage: '<ID>',
  summary: 'change the texts or the price of a book (admin)',
  details: ['Authors, year, isbn and the limit go away where the text is empty, as in --year="".'],
  options: {
    '--title <TEXT>': 'its title',
    '--authors <TEXT>': 'its authors',
    '--topic <TEXT>': 'its topic; it moves to the books of that one',
    '--year <N>': 'its year',
    '--isbn <ISBN>': 'its ISBN, of ten or thirteen digits; no two books have the same',
    '--price <AMOUNT>': 'its price',
    '--per-customer <N>': 'the most copies that one customer may have, of those bought from now on',
    '--expect-version <N>': 'refuse if the book has changed since it was at this version (`info` shows it)',
    '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
  },
  examples: [
    ['edit 2 --title "RPCs for Everybody"', 'another title'],
    ['edit 2 --topic networks --year 2002 --expect-version 17', 'if nobody has changed it since'],
  ],
  token: 'admin',
  async run(context) {
    const bookId = readBookId(context.args[0]);
    const { key: given } = context.options;
    const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
    const { expectation } = readExpectation(context.options.expectVersion);
    const change = { ...readChange(context), ...expectation };
    const again = context.commandLine(`edit ${bookId} … --key=${key}`);
    const book = await askAgainWith(again, context.store().updateBook(bookId, change, { key }));
    context.show(book, () => {
      const replayed = book.replayed ? ' This had been done before.' : '';
      return `Changed book ${book.id}, "${plain(book.title)}"; it is at version ${book.version}.${replayed}`;
    });
    return EXIT.done;
  },
};

function readChange({ options }: CliContext): EditedFacts {
  const { title, authors, topic, year, isbn, price, perCustomer } = options;
  const orNone = (text: string | boolean | undefined) => (text === '' ? null : String(text));
  const change: EditedFacts = {
    ...(title !== undefined && { title: String(title) }),
    ...(authors !== undefined && { authors: orNone(authors) }),
    ...(topic !== undefined && { topic: String(topic) }),
    ...(year !== undefined && { year: year === '' ? null : readWhole(String(year), '--year', 0, 9999) }),
    ...(isbn !== undefined && { isbn: orNone(isbn) }),
    ...(price !== undefined && { price: readAmount(String(price)) }),
    ...(perCustomer !== undefined && {
      perCustomer: perCustomer === '' ? null : readWhole(String(perCustomer), '--per-customer', 1, MAX_STOCK),
    }),
  };
  if (Object.keys(change).length > 0) return change;
  throw new UsageError(
    'say what to change: --title, --authors, --topic, --year, --isbn, --price or --per-customer',
  );
}
