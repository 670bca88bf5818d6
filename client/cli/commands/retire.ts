import { plain } from '../../../runtime/plain.ts';
import {
  type CliCommand,
  type CliContext,
  EXIT,
  type Exit,
  readBookId,
  readExpectation,
  readKey,
} from '../command.ts';
import { askAgainWith } from '../write-failed.ts';

/** To retire a book and to restore it. */

const options = {
  '--expect-version <N>': 'refuse if the book has changed since it was at this version (`info` shows it)',
  '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
};

export const retire: CliCommand = {
  name: 'retire',
  usage: '<ID>',
  summary: 'take a book out of search and sale; its orders stay (admin)',
  options,
  examples: [['retire 2', 'it is found by its id alone, and not sold']],
  token: 'admin',
  run: (context) => change(context, 'retire'),
};

export const restore: CliCommand = {
  name: 'restore',
  usage: '<ID>',
  summary: 'bring a retired book back into search and sale (admin)',
  options,
  examples: [['restore 2', 'it is found and sold again']],
  token: 'admin',
  run: (context) => change(context, 'restore'),
};

async function change(context: CliContext, what: 'retire' | 'restore'): Promise<Exit> {
  const bookId = readBookId(context.args[0]);
  const { key: given } = context.options;
  const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
  const { expectation, asOption } = readExpectation(context.options.expectVersion);
  const again = context.commandLine(`${what} ${bookId}${asOption} --key=${key}`);
  const store = context.store();
  const book = await askAgainWith(
    again,
    what === 'retire'
      ? store.retireBook(bookId, expectation, { key })
      : store.restoreBook(bookId, expectation, { key }),
  );
  context.show(book, () => {
    const replayed = book.replayed ? ' This had been done before.' : '';
    const state = what === 'retire' ? 'is out of search and sale' : 'is in search and on sale';
    return `"${plain(book.title)}" ${state}.${replayed}`;
  });
  return EXIT.done;
}
