import type { NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import type { ClientLimits } from '../limits.ts';
import { BadRow, bookOfCells, type CellsOf } from './book-of-cells.ts';
import { type Columns, type Field, knownNames, readColumns, type Wishes } from './column-names.ts';
import { csvRows } from './csv-rows.ts';
import { type ByteSource, readText } from './file-text.ts';
import { jsonRows } from './json-rows.ts';
import { RowIndex } from './row-index.ts';

type FileLimits = Pick<ClientLimits, 'maxFileBooks' | 'maxRowBytes' | 'maxJsonCharacters' | 'maxToldRows'>;

export interface FileOptions extends Wishes {
  readonly format: 'csv' | 'json';
  /** WHATWG name; without one UTF-8 and UTF-16 are told apart. */
  readonly encoding?: string;
  /** Of the store's amounts; two if left out. */
  readonly decimals?: number;
  readonly limits: FileLimits;
}

/** The first of many sentences such as `line 4: there is no title`, and how many there are. */
export interface RowNotes {
  readonly total: number;
  readonly first: readonly string[];
}

/** Books to be put into a store, in their order. They can be read more than once and are not all in memory. */
export interface BookList {
  readonly index: RowIndex;
  books(): AsyncIterable<NewBook> | Iterable<NewBook>;
}

/** A file whose every row was found to be a book. */
export interface BooksFile extends BookList {
  /** Names of the columns that were not read. */
  readonly ignored: readonly string[];
  /** Rows that are taken without what stands where the ISBN should. */
  readonly isbnsLeftOut: RowNotes;
}

/** One row: its book or what is wrong with it. */
interface FileRow {
  readonly where: string;
  readonly book?: NewBook;
  readonly fault?: string;
  readonly isbnLeftOut?: string;
}

/**
 * Reads a file of books through, row by row, and keeps of it what its rows are known again by. Throws
 * `invalid-request` with the first bad rows (`details.rows`) and their number (`details.badRows`) where there are any.
 */
export async function checkBooksFile(source: ByteSource, options: FileOptions): Promise<BooksFile> {
  const { maxFileBooks, maxToldRows } = options.limits;
  const index = new RowIndex();
  const bad = createNotes(maxToldRows);
  const leftOut = createNotes(maxToldRows);
  const ignored = new Set<string>();
  try {
    for await (const { where, book, fault, isbnLeftOut } of fileRows(source, options, ignored)) {
      if (index.count === maxFileBooks && book)
        throw faultOf(where, `there are more than ${maxFileBooks} books`);
      const complaint = book ? index.add(where, book) : fault;
      if (complaint !== undefined) bad.add(`${where}: ${complaint}`);
      else if (isbnLeftOut !== undefined) leftOut.add(`${where}: ${isbnLeftOut}`);
    }
  } catch (error) {
    if (!(error instanceof BazarError) || bad.total === 0) throw error;
    // What comes after this row cannot be read; what is wrong with those before it is told all the same.
    bad.add(error.message);
  }
  if (bad.total > 0) throw badRows(bad);
  return {
    index,
    ignored: [...ignored],
    isbnsLeftOut: { total: leftOut.total, first: leftOut.first },
    async *books() {
      for await (const { where, book, fault = '' } of fileRows(source, options, new Set())) {
        if (!book) throw faultOf(where, `${fault} (the file was changed meanwhile)`);
        yield book;
      }
    },
  };
}

/** What was not taken of a file, in sentences. */
export function notesOf({ ignored, isbnsLeftOut: { total, first } }: BooksFile): string[] {
  const columns = ignored.length > 0 ? [`columns that were not read: ${ignored.join(', ')}`] : [];
  const more = total > first.length ? `; and ${total - first.length} more` : '';
  const isbns = total > 0 ? [`${total} wrong ISBNs were left out: ${first.join('; ')}${more}`] : [];
  return [...columns, ...isbns];
}

/** The first of these sentences, and their number. */
export function firstOf(
  sentences: readonly string[],
  { maxToldRows }: Pick<FileLimits, 'maxToldRows'>,
): RowNotes {
  return { total: sentences.length, first: sentences.slice(0, maxToldRows) };
}

/** A list that is in memory. */
export function bookList(books: readonly NewBook[]): BookList {
  const index = new RowIndex();
  for (const [at, book] of books.entries()) index.add(`book ${at + 1}`, book);
  return { index, books: () => books };
}

async function* fileRows(
  source: ByteSource,
  options: FileOptions,
  ignored: Set<string>,
): AsyncGenerator<FileRow, void> {
  const text = readText(source, options.encoding);
  yield* options.format === 'json'
    ? jsonFileRows(text, options, ignored)
    : csvFileRows(text, options, ignored);
}

async function* csvFileRows(
  text: AsyncIterable<string>,
  options: FileOptions,
  ignored: Set<string>,
): AsyncGenerator<FileRow, void> {
  const { maxRowBytes } = options.limits;
  const { delimiter, rows } = await csvRows(text, maxRowBytes, (names) => knownNames(names, options));
  let columns: Columns | undefined;
  let width = 0;
  for await (const { cells, line } of rows) {
    const where = `line ${line}`;
    if (!columns) {
      columns = columnsOf(cells, options, where);
      width = cells.length;
      for (const name of columns.ignored) ignored.add(name);
    } else if (cells.length < width || cells.slice(width).some((cell) => cell.trim() !== '')) {
      yield { where, fault: `it has ${cells.length} cells where the first row names ${width}` };
    } else {
      yield bookOf(where, cells, columns, options, delimiter !== ',');
    }
  }
  if (!columns) throw faultOf('line 1', 'the first row must name the columns title, topic, price, stock');
}

async function* jsonFileRows(
  text: AsyncIterable<string>,
  options: FileOptions,
  ignored: Set<string>,
): AsyncGenerator<FileRow, void> {
  const known = new Map<string, Columns>();
  for await (const { fields, where } of jsonRows(text, options.limits.maxJsonCharacters)) {
    const names = Object.keys(fields);
    const key = JSON.stringify(names);
    const columns = known.get(key) ?? columnsOf(names, options, where);
    if (known.size < MOST_SHAPES) known.set(key, columns);
    for (const name of columns.ignored) ignored.add(name);
    yield bookOf(where, Object.values(fields).map(textOf), columns, options, false);
  }
}

const MOST_SHAPES = 1_000;

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return value === null || value === undefined || typeof value === 'object' ? '' : String(value);
}

function columnsOf(names: readonly string[], wishes: Wishes, where: string): Columns {
  const columns = readColumns(names, wishes);
  if (typeof columns === 'string') throw faultOf(where, columns);
  return columns;
}

function bookOf(
  where: string,
  cells: readonly string[],
  { places }: Columns,
  { set = {}, decimals = NO_CURRENCY.decimals }: FileOptions,
  decimalComma: boolean,
): FileRow {
  const cellsOf: CellsOf = (field: Field) => {
    const said = set[field];
    if (said !== undefined) return [said];
    return (places.get(field) ?? []).map((at) => cells[at]?.trim() ?? '').filter(Boolean);
  };
  try {
    return { where, ...bookOfCells(cellsOf, { decimalComma, decimals }) };
  } catch (error) {
    if (!(error instanceof BadRow)) throw error;
    return { where, fault: error.message };
  }
}

function createNotes(most: number) {
  const first: string[] = [];
  let total = 0;
  return {
    first,
    get total() {
      return total;
    },
    add(note: string): void {
      if (first.length < most) first.push(note);
      total += 1;
    },
  };
}

function faultOf(where: string, reason: string): BazarError {
  return badRows({ total: 1, first: [`${where}: ${reason}`] });
}

/** An error that tells of all these rows, and has them as a list beside. */
export function badRows({ total, first }: RowNotes): BazarError {
  const more = total > first.length ? `; and ${total - first.length} more` : '';
  const [, line] = /^line (\d+): /.exec(first[0]!) ?? [];
  const details = { badRows: total, rows: first, ...(line !== undefined && { line: Number(line) }) };
  return new BazarError('invalid-request', `${first.join('; ')}${more}`, details);
}
