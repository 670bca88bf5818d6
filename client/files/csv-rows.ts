import { Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { BazarError } from '../../runtime/errors.ts';

/** One row of a file, and the line on which it begins; lines count from 1. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

export interface CsvRows {
  /** What stands between two cells. */
  readonly delimiter: string;
  /** The rows that have something in them. Throws `invalid-request` where quotes do not fit, or a row is too long. */
  readonly rows: AsyncGenerator<CsvRow, void>;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** Excel says with it what stands between the cells. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?[,;\t| ]*(?:\r\n|\n|\r)/i;
/** Excel guards digits so, without the quotes that CSV asks for. A quoted cell cannot hold it: quotes are doubled there. */
const GUARDED_DIGITS = /(^|[,;\t|\r\n])="([^"\r\n]+)"(?=[,;\t|\r\n]|$)/g;
const HEAD_CHARACTERS = 65_536;

/**
 * The rows of CSV text (RFC 4180, any line ends), read piece by piece. What stands between cells is what a line `sep=`
 * says, or else that by which most of the names in the first row make sense (`known` counts them).
 */
export async function csvRows(
  text: AsyncIterable<string>,
  maxRowBytes: number,
  known: (names: readonly string[]) => number,
): Promise<CsvRows> {
  const pieces = wholeLines(text, maxRowBytes);
  let head = '';
  while (head.length < HEAD_CHARACTERS) {
    const { value, done } = await pieces.next();
    if (done) break;
    head += value;
  }
  const said = SEPARATOR_LINE.exec(head)?.[1];
  const delimiter = said ?? likeliest(head, known);
  return { delimiter, rows: rowsOf(head, pieces, delimiter, maxRowBytes, said !== undefined) };
}

/** Pieces that end at a line's end, so that no pattern and no `\r\n` is cut in two; very long lines come as they are. */
async function* wholeLines(text: AsyncIterable<string>, most: number): AsyncGenerator<string, void> {
  let rest = '';
  for await (const piece of text) {
    rest += piece;
    const end =
      rest.length > most ? rest.length - 1 : Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r') - 1);
    if (end < 0) continue;
    yield rest.slice(0, end + 1);
    rest = rest.slice(end + 1);
  }
  yield rest;
}

/** The first of those by which most names are known. */
function likeliest(head: string, known: (names: readonly string[]) => number): string {
  return DELIMITERS.map((delimiter) => ({ delimiter, count: known(firstRow(head, delimiter)) })).reduce(
    (best, next) => (next.count > best.count ? next : best),
  ).delimiter;
}

function firstRow(head: string, delimiter: string): readonly string[] {
  try {
    return parse(head, { delimiter, to: 1, ...LENIENT })[0] ?? [];
  } catch {
    return [];
  }
}

const LENIENT = {
  record_delimiter: ['\r\n', '\n', '\r'],
  skip_empty_lines: true,
  relax_column_count: true,
};

async function* rowsOf(
  head: string,
  pieces: AsyncIterable<string>,
  delimiter: string,
  maxRowBytes: number,
  skipFirst: boolean,
): AsyncGenerator<CsvRow, void> {
  const lines = countLines();
  let ready: CsvRow[] = [];
  let fault: Error | undefined;
  const parser = new Parser({
    ...LENIENT,
    delimiter,
    max_record_size: maxRowBytes,
    on_record: (cells: string[], { bytes }) => {
      const line = lines.ofNextRow();
      if (cells.some((cell) => cell.trim() !== '')) ready.push({ cells, line });
      lines.rowEnded(bytes);
      return null;
    },
  });
  parser.on('error', (error) => {
    fault = error;
  });
  const take = (piece: string | undefined) =>
    new Promise<void>((resolve) => {
      if (piece === undefined) {
        parser.once('close', resolve).end().resume();
        return;
      }
      const bytes = Buffer.from(piece.replaceAll(GUARDED_DIGITS, '$1"$2"'));
      lines.feed(bytes);
      parser.write(bytes, () => resolve());
    });

  async function* all() {
    yield head;
    yield* pieces;
    yield undefined;
  }
  for await (const piece of all()) {
    if (piece !== '') await take(piece);
    if (skipFirst && ready.length > 0) {
      skipFirst = false;
      ready.shift();
    }
    yield* ready;
    ready = [];
    if (fault) throw unparsable(fault, lines.ofNextRow());
  }
}

const QUOTE_FAULTS: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: 'a cell without quotes around it has a quote inside',
  CSV_INVALID_CLOSING_QUOTE: 'a quote inside a cell ends it too early',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
};

/** csv-parse's own errors say it in one sentence; about quotes there is more to say. */
function unparsable({ message, code = '' }: Error & { code?: string }, line: number): BazarError {
  const fault = QUOTE_FAULTS[code];
  const reason = fault
    ? `${fault}; put the cell in quotes, and double the quotes inside it: "a ""b"" c"`
    : message.replace(/,? (on|at) line \d+/, '').replace(/^[A-Z][\w ]*: /, '');
  return new BazarError('invalid-request', `line ${line}: ${reason}`, { line });
}

/**
 * The lines on which rows begin. csv-parse counts lines too, but `\r\n` inside of quotes as two, and the line on
 * which it gave up on a row instead of the row's first.
 */
function countLines() {
  const [LF, CR] = [0x0a, 0x0d];
  let bytes: Uint8Array = new Uint8Array();
  let dropped = 0;
  let at = 0;
  let line = 1;
  const step = () => {
    const byte = bytes[at++];
    if (byte === LF || (byte === CR && bytes[at] !== LF)) line += 1;
  };
  return {
    feed(more: Uint8Array): void {
      bytes = at === bytes.length ? more : Buffer.concat([bytes.subarray(at), more]);
      dropped += at;
      at = 0;
    },
    /** Of the row that begins where the last one ended, or after the empty lines there. */
    ofNextRow(): number {
      while (bytes[at] === LF || bytes[at] === CR) step();
      return line;
    },
    /** `end` is where the next row begins, in bytes of all that was fed. */
    rowEnded(end: number): void {
      while (at < end - dropped) step();
    },
  };
}
