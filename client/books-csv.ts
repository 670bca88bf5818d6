import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { MAX_NEW_BOOK_ID, NewBook } from '../runtime/domain.ts';
import { BazarError } from '../runtime/errors.ts';
import { parseMoney } from '../runtime/money.ts';
import { type ClientLimits, DEFAULT_CLIENT_LIMITS } from './limits.ts';

/** The columns that are read; the file may hold others, in any order. */
const REQUIRED = ['title', 'topic', 'price', 'stock'] as const;
const OPTIONAL = ['id', 'authors', 'year', 'isbn', 'isbn10'] as const;

type ColumnName = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];
type Columns = ReadonlyMap<string, number>;
type CsvLimits = Pick<ClientLimits, 'maxCsvBytes' | 'maxCsvBooks' | 'maxCsvRowBytes'>;

/**
 * The books of a CSV file (RFC 4180, UTF-8, any line endings, a byte order mark allowed), all or none. The first
 * row names the columns. Throws `invalid-request` with the line of the first bad row and the reason; lines count
 * from 1, and a row that goes over several has the number of its first.
 */
export function parseBooksCsv(file: Uint8Array, limits: CsvLimits = DEFAULT_CLIENT_LIMITS): NewBook[] {
  if (file.byteLength > limits.maxCsvBytes) {
    throw new BazarError('too-large', `the file has more than ${limits.maxCsvBytes} bytes`);
  }
  checkEncoding(file);

  const books: NewBook[] = [];
  const lineOfId = new Map<number, number>();
  let columns: Columns | undefined;
  const lines = countLines(file);

  const take = (cells: readonly string[], line: number) => {
    if (!columns) {
      columns = readHeader(cells, line);
      return;
    }
    if (books.length >= limits.maxCsvBooks)
      throw bad(line, `there are more than ${limits.maxCsvBooks} books`);
    const book = readBook(cells, columns, line);
    if (book.id !== undefined) {
      if (book.id > MAX_NEW_BOOK_ID) throw bad(line, `the id ${book.id} is greater than ${MAX_NEW_BOOK_ID}`);
      const earlier = lineOfId.get(book.id);
      if (earlier) throw bad(line, `the id ${book.id} is on line ${earlier} already`);
      lineOfId.set(book.id, line);
    }
    books.push(book);
  };

  try {
    parse(file, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      max_record_size: limits.maxCsvRowBytes,
      on_record: (cells: string[], { bytes }) => {
        take(cells, lines.ofNextRow());
        lines.rowEnded(bytes);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof BazarError ? error : unparsable(error, lines.ofNextRow());
  }
  if (!columns) throw bad(1, `the first row must name the columns ${REQUIRED.join(', ')}`);
  return books;
}

function bad(line: number, reason: string): BazarError {
  return new BazarError('invalid-request', `line ${line}: ${reason}`, { line });
}

/** csv-parse's own errors say it all in one sentence. */
function unparsable(error: unknown, line: number): BazarError {
  const { message } = error as Error;
  return bad(line, message.replace(/,? (on|at) line \d+/, '').replace(/^[A-Z][\w ]*: /, ''));
}

/**
 * The lines on which rows begin. csv-parse counts lines too, but `\r\n` inside of quotes as two, and the line on
 * which it gave up on a row instead of the row's first.
 */
function countLines(file: Uint8Array) {
  const [LF, CR] = [0x0a, 0x0d];
  let at = 0;
  let line = 1;
  const step = () => {
    const byte = file[at++];
    if (byte === LF || (byte === CR && file[at] !== LF)) line += 1;
  };
  return {
    /** Of the row that begins where the last one ended, or after the empty lines there. */
    ofNextRow(): number {
      while (file[at] === LF || file[at] === CR) step();
      return line;
    },
    /** `end` is where the next row begins, in bytes. */
    rowEnded(end: number): void {
      while (at < end) step();
    },
  };
}

/** Text in another encoding would become wrong titles without an error. */
function checkEncoding(file: Uint8Array): void {
  if (isUtf8(file)) return;
  for (let line = 1, start = 0; start < file.length; line += 1) {
    const end = file.indexOf(0x0a, start);
    const next = end < 0 ? file.length : end + 1;
    if (!isUtf8(file.subarray(start, next))) throw bad(line, 'the text is not UTF-8');
    start = next;
  }
}

function readHeader(cells: readonly string[], line: number): Columns {
  const columns = new Map<string, number>();
  const known: readonly string[] = [...REQUIRED, ...OPTIONAL];
  for (const [at, cell] of cells.entries()) {
    const name = cell.trim().toLowerCase();
    if (!known.includes(name)) continue;
    if (columns.has(name)) throw bad(line, `the column ${name} is there twice`);
    columns.set(name, at);
  }
  const missing = REQUIRED.filter((name) => !columns.has(name));
  if (missing.length > 0)
    throw bad(line, `the first row must name the columns; ${missing.join(', ')} missing`);
  return columns;
}

function readBook(cells: readonly string[], columns: Columns, line: number): NewBook {
  const text = (name: ColumnName): string | undefined => {
    const at = columns.get(name);
    return (at === undefined ? undefined : cells[at]?.trim()) || undefined;
  };
  const whole = (name: ColumnName): number | undefined => {
    const value = text(name);
    if (value === undefined || /^-?\d{1,16}$/.test(value))
      return value === undefined ? undefined : Number(value);
    throw bad(line, `the ${name} "${shorten(value)}" is not a whole number`);
  };
  const price = text('price');
  const cents = price === undefined ? undefined : parseMoney(price);
  if (price !== undefined && cents === undefined) {
    throw bad(line, `the price "${shorten(price)}" is not an amount like 19.99, from 0 to 10000000.00`);
  }

  const cellsByName = {
    id: whole('id'),
    title: text('title'),
    topic: text('topic'),
    price: cents,
    stock: whole('stock'),
    authors: text('authors'),
    year: whole('year'),
    isbn: text('isbn') ?? text('isbn10'),
  };
  const present = Object.fromEntries(Object.entries(cellsByName).filter(([, value]) => value !== undefined));
  const { data, error } = NewBook.safeParse(present);
  if (data) return data;
  const [issue] = error.issues;
  const name = String(issue?.path[0]);
  throw bad(line, name in present ? `the ${name} does not fit: ${issue?.message}` : `there is no ${name}`);
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
