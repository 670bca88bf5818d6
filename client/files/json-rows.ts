import { BazarError } from '../../runtime/errors.ts';

/** One object of a JSON file and where it is: on which line, or which book where several share one. */
export interface JsonRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly where: string;
}

const ONE_A_LINE = /^\s*\[?\s*(\{.*\})\s*,?\s*\]?\s*$/;
const BRACKETS = /^[\s[\],]*$/;

/**
 * The objects of JSON text. With one object a line, as `export` writes them and NDJSON has them, it is read line by
 * line. An array that is laid out in another way is read whole, and has at most `mostWhole` characters.
 */
export async function* jsonRows(
  text: AsyncIterable<string>,
  mostWhole: number,
): AsyncGenerator<JsonRow, void> {
  let line = 0;
  let byLine: boolean | undefined;
  let whole = '';
  for await (const row of linesOf(text)) {
    line += 1;
    if (byLine !== false && BRACKETS.test(row)) {
      whole += row;
      continue;
    }
    const object = parsed(ONE_A_LINE.exec(row)?.[1] ?? '');
    byLine ??= isFields(object) && !('books' in object);
    if (byLine) {
      if (!isFields(object)) throw bad(`line ${line}: it is no JSON object`);
      yield { fields: object, where: `line ${line}` };
    } else {
      whole += `${row}\n`;
      if (whole.length > mostWhole)
        throw bad(`line 1: with more than ${mostWhole} characters, write one object a line`);
    }
  }
  if (byLine !== false) return;
  const list = parsed(whole);
  const books = isFields(list) ? list.books : list;
  if (!Array.isArray(books)) throw bad('line 1: it is no JSON array of books');
  for (const [at, fields] of books.entries()) {
    if (!isFields(fields)) throw bad(`book ${at + 1}: it is no JSON object`);
    yield { fields, where: `book ${at + 1}` };
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string): BazarError {
  return new BazarError('invalid-request', message);
}
