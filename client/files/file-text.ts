import { isUtf8 } from 'node:buffer';
import { BazarError } from '../../runtime/errors.ts';
import { plain } from '../../runtime/plain.ts';

/** The bytes of a file, which can be read more than once from the first to the last. */
export interface ByteSource {
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What Windows-1252 has at 0x80 to 0x9F; Node's own decoder shows control characters there. */
const WINDOWS_1252 = '€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ';
const HEAD_BYTES = 512;

interface Decoder {
  decode(bytes?: Uint8Array, options?: { readonly stream: boolean }): string;
}

/** The encoding's own name (WHATWG); `undefined` if there is none of that name. */
export function encodingNamed(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/**
 * The text of a file, piece by piece. UTF-8 and UTF-16 are told apart by their byte order mark, or by where the zeros
 * are. Any other encoding has to be named, since a guess would make wrong titles without an error.
 */
export async function* readText(source: ByteSource, encoding?: string): AsyncGenerator<string, void> {
  let decoder: Decoder | undefined;
  let found = '';
  try {
    for await (const bytes of source.read()) {
      if (!decoder) {
        refuseOtherFormats(bytes);
        found = encoding ?? encodingOf(bytes.subarray(0, HEAD_BYTES));
        decoder = found === 'windows-1252' ? windows1252() : new TextDecoder(found, { fatal: true });
      }
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? '';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw found === 'utf-8' && encoding === undefined
      ? await otherEncoding(source)
      : new BazarError('invalid-request', `the text is not ${found.toUpperCase()}; --encoding names another`);
  }
}

function encodingOf(head: Uint8Array): string {
  const [first = 1, second = 1] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  let even = 0;
  let odd = 0;
  for (const [at, byte] of head.entries()) if (byte === 0) at % 2 === 0 ? even++ : odd++;
  if (odd > head.length / 8 && odd > 4 * even) return 'utf-16le';
  if (even > head.length / 8 && even > 4 * odd) return 'utf-16be';
  return 'utf-8';
}

/** Workbooks are what people have, too, but no text. */
function refuseOtherFormats(bytes: Uint8Array): void {
  const starts = (...mark: number[]) => mark.every((byte, at) => bytes[at] === byte);
  const what = starts(0x50, 0x4b, 3, 4)
    ? 'an Excel or OpenDocument workbook, or another zip file'
    : starts(0xd0, 0xcf, 0x11, 0xe0)
      ? 'an old Excel workbook'
      : starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)
        ? 'text in UTF-32'
        : undefined;
  if (what) throw new BazarError('invalid-request', `it is ${what}; save it as CSV in UTF-8`);
}

function windows1252(): Decoder {
  const decode = (bytes?: Uint8Array) =>
    Buffer.from(bytes ?? [])
      .toString('latin1')
      .replaceAll(/[\u{80}-\u{9F}]/gu, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
  return { decode };
}

/** Names the first line that is not UTF-8, and what it would be in Windows-1252, the usual other one. */
async function otherEncoding(source: ByteSource): Promise<BazarError> {
  const LF = 0x0a;
  let line = 1;
  let rest: Uint8Array = new Uint8Array();
  for await (const bytes of source.read()) {
    const text = Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = text.indexOf(LF); end >= 0; end = text.indexOf(LF, start)) {
      const fault = notUtf8(text.subarray(start, end), line);
      if (fault) return fault;
      start = end + 1;
      line += 1;
    }
    rest = text.subarray(start);
  }
  return (
    notUtf8(rest, line) ?? new BazarError('invalid-request', 'line 1: the text is not UTF-8', { line: 1 })
  );
}

function notUtf8(text: Uint8Array, line: number): BazarError | undefined {
  if (isUtf8(text)) return undefined;
  const guess = windows1252().decode(text);
  const word = /[\p{L}\p{N}]*[^\p{ASCII}][\p{L}\p{N}]*/u.exec(guess)?.[0].slice(0, 40) ?? '';
  const fits = !/[\u{80}-\u{9F}]/u.test(guess);
  const advice = fits
    ? `it looks like Windows-1252, in which it says "${plain(word)}". If that is right: --encoding windows-1252`
    : '--encoding names another, such as macintosh or shift_jis';
  const reason = `the text is not UTF-8; ${advice}. Or save the file as UTF-8`;
  return new BazarError('invalid-request', `line ${line}: ${reason}`, { line });
}
