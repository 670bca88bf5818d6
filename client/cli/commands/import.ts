import { UsageError } from '../../../runtime/command-line.ts';
import { asBazarError, BazarError } from '../../../runtime/errors.ts';
import { NO_CURRENCY } from '../../../runtime/money.ts';
import { plain } from '../../../runtime/plain.ts';
import type { Client } from '../../client.ts';
import { type BooksFile, badRows, firstOf, notesOf } from '../../files/books-file.ts';
import { FIELDS, type Field, type Wishes } from '../../files/column-names.ts';
import {
  type Comparison,
  compareBooks,
  impossibleRows,
  newComparison,
  otherBooks,
} from '../../files/compare-books.ts';
import { encodingNamed } from '../../files/file-text.ts';
import { importBooks } from '../../files/import-books.ts';
import { openForStore } from '../../files/open-for-store.ts';
import { updateBooks } from '../../files/update-books.ts';
import { type CliCommand, type CliContext, EXIT, type Exit, type Terminal } from '../command.ts';
import { differenceRow, differenceTable } from '../differences.ts';
import { progressBar } from '../progress-bar.ts';

export const importFile: CliCommand = {
  name: 'import',
  usage: '<FILE>',
  summary: 'add the books of a CSV or JSON file, and set price and stock of those there (admin)',
  details: [
    'The first row names the columns: title, topic, price and stock must be there; id, authors, year, isbn',
    'and per customer (the most copies that one customer may have) may be;',
    'the names of Goodreads, LibraryThing, Calibre, WooCommerce, Shopify and Square are known too. Columns that are not',
    'read are told. Cells are apart by commas, semicolons, tabs or |, and with all but the comma 12,99 is an amount.',
    'UTF-8 or UTF-16, at most 100 MB and 1000000 books.',
    'The file is checked whole first: if rows are bad, the first 20 are told with their lines and nothing is changed.',
    'A row is a book of the store if it has its id; without an id if it has its ISBN, and where one of them has no',
    'ISBN, its title and authors. Such a row is skipped, so the same file twice changes nothing, and an import that was',
    'cut off is simply started again. With --update each such book gets the price of its row, and as many copies more',
    'or less as its stock differed by when the file was compared: what is sold meanwhile stays sold.',
  ],
  options: {
    '--update': 'set price and stock of the books that are there already and differ',
    '--dry-run': 'change nothing; show how many books are new, and which differ',
    '--encoding <NAME>': 'what the file is written in, such as windows-1252 (default: UTF-8 or UTF-16)',
  },
  repeatedOptions: {
    '--map <FIELD=COLUMN>': 'the column of the file in which a field is, such as topic=Bookshelves',
    '--set <FIELD=VALUE>': 'one value for all rows, such as stock=1',
  },
  examples: [
    ['import books.csv', 'all books of the file that are not there yet'],
    ['import list.csv --update --dry-run', 'what the new list would change'],
    ['import goodreads.csv --map topic=Bookshelves --set price=10.00 --set stock=1', 'a list without prices'],
  ],
  token: 'admin',
  async run(context) {
    const { clock, options, limits } = context;
    const [path] = context.args;
    const wishes = { ...readWishes(context), encoding: readEncoding(options.encoding) };
    context.needToken();
    const { file, decimals } = await open(path!, { ...wishes, limits }, context);
    const store = context.store();
    const startedAt = clock.monotonic();
    const comparison = newComparison(file.index, decimals);
    await compareBooks(store, comparison);
    refuseWhatCannotBe(path!, comparison, context);
    if (options.dryRun === true) return showPlan(context, file, comparison);
    return change(context, path!, file, comparison, startedAt);
  },
};

type OpenOptions = Parameters<typeof openForStore>[1];

async function open(path: string, options: OpenOptions, context: CliContext) {
  try {
    return await openForStore(path, options, () => decimalsOf(context.store()));
  } catch (error) {
    if (error instanceof AskFailed) throw error.cause;
    if (!(error instanceof BazarError)) {
      throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
    }
    throw refusal(path, error, 'Nothing was added', context.terminal);
  }
}

/** The store's fault, and not the file's. */
class AskFailed extends Error {}

async function decimalsOf(store: Client): Promise<number> {
  const { money } = await store.status().catch((cause: unknown) => {
    throw new AskFailed('', { cause });
  });
  return money?.decimals ?? NO_CURRENCY.decimals;
}

/** One bad row is the message; several stand above it, a line for each. */
function refusal(path: string, error: BazarError, consequence: string, terminal: Terminal): BazarError {
  const { badRows = 0, rows = [] } = error.details as { badRows?: number; rows?: readonly string[] };
  if (badRows < 2) return error.with({ file: path }, `${path}: ${error.message}. ${consequence}`);
  for (const row of rows) terminal.err(`bazar: ${plain(`${path}: ${row}`)}\n`);
  const more = badRows > rows.length ? `, of which the first ${rows.length} are told` : '';
  return error.with({ file: path }, `${path} has ${badRows} bad rows${more}. ${consequence}`);
}

/** Before anything is written: rows that cannot be added, and with `--update` those that may be another book. */
function refuseWhatCannotBe(path: string, comparison: Comparison, context: CliContext): void {
  const { options, limits, terminal } = context;
  const faults = [...impossibleRows(comparison), ...(options.update === true ? otherBooks(comparison) : [])];
  if (faults.length === 0) return;
  throw refusal(path, badRows(firstOf(faults, limits)), 'Nothing was changed', terminal);
}

function summary({ options, limits }: CliContext, file: BooksFile, comparison: Comparison): string[] {
  const { differences } = comparison;
  const differ = `${differences.length} of those there have another price or stock`;
  const others = firstOf(otherBooks(comparison), limits);
  return [
    ...(differences.length > 0 && options.update !== true
      ? [`${differ}: --update sets them, --dry-run shows them`]
      : []),
    ...(others.total > 0 ? [`${others.total} have the id of another book: ${others.first.join('; ')}`] : []),
    ...notesOf(file),
  ].map(plain);
}

function facts(file: BooksFile, { differences, others }: Comparison) {
  const { ignored, isbnsLeftOut } = file;
  return { differ: differences.length, others: others.length, ignored, isbnsLeftOut };
}

function showPlan(context: CliContext, file: BooksFile, comparison: Comparison): Exit {
  const { index, decimals, bookOf, differences } = comparison;
  const known = bookOf.reduce((sum, id) => sum + (id > 0 ? 1 : 0), 0);
  const plan = { read: index.count, new: index.count - known, known, ...facts(file, comparison) };
  context.show({ ...plan, differences: differences.map((one) => differenceRow(one, decimals)) }, () =>
    [
      `${plan.read} books read: ${plan.new} are new, ${known} are there, ${differences.length} of them differ`,
      ...(differences.length > 0 ? [differenceTable(context.terminal, differences, decimals)] : []),
      ...summary(context, file, comparison),
      'Nothing was changed.',
    ].join('\n'),
  );
  return EXIT.done;
}

async function change(
  context: CliContext,
  path: string,
  file: BooksFile,
  comparison: Comparison,
  startedAt: number,
): Promise<Exit> {
  const { clock, random, limits, options, terminal } = context;
  const store = context.store();
  const updates = options.update === true ? [...comparison.differences] : [];
  const { count } = file.index;
  const bounds = { ...limits, decimals: comparison.decimals };
  const bar = progressBar(terminal, 'books');
  let added = 0;
  let skipped = 0;
  let read = 0;
  let updated = 0;
  bar.start(count + updates.length);
  try {
    // What may be refused comes first.
    for await ({ updated } of updateBooks(store, updates, bounds)) bar.at(updated);
    for await ({ read, added, skipped } of importBooks(store, file, comparison, random, limits)) {
      bar.at(updates.length + read);
    }
  } catch (error) {
    const sofar = `after ${added} were added and ${updated} updated, of ${count}`;
    const fault = asBazarError(error);
    throw fault.with(
      {},
      `${path}: ${fault.message} (${sofar}). Import the file again: what is done is known again`,
    );
  } finally {
    bar.stop();
  }
  const seconds = (clock.monotonic() - startedAt) / 1000;
  const figures = { read: count, added, skipped, ...(options.update === true && { updated }) };
  context.show({ ...figures, ...facts(file, comparison), seconds: Number(seconds.toFixed(3)) }, () =>
    [
      `${count} books read, ${added} added, ${skipped} skipped${options.update === true ? `, ${updated} of them updated` : ''} in ${seconds.toFixed(1)} s`,
      ...summary(context, file, comparison),
    ].join('\n'),
  );
  return EXIT.done;
}

function readEncoding(given: string | boolean | undefined): string | undefined {
  if (given === undefined) return undefined;
  const encoding = encodingNamed(String(given));
  if (encoding) return encoding;
  throw new UsageError(`--encoding must be like utf-8, utf-16le, windows-1252 or shift_jis, not "${given}"`);
}

function readWishes(context: CliContext): Wishes {
  return { map: readPairs(context, 'map', 'COLUMN'), set: readPairs(context, 'set', 'VALUE') };
}

function readPairs(context: CliContext, name: string, what: string): Partial<Record<Field, string>> {
  const pairs = context.values(name).map((pair) => {
    const [, field = '', value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (value !== undefined && FIELDS.some((known) => known === field)) return [field, value];
    throw new UsageError(
      `--${name} must be FIELD=${what} with a FIELD of ${FIELDS.join(', ')}, not "${pair}"`,
    );
  });
  return Object.fromEntries(pairs);
}
