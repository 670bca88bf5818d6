import { isUtf8 } from 'node:buffer';

/** Frames of RFC 6455, section 5.2, that are a whole message of text each. */

/** What is longer is read by the library. */
export const MAX_READ_BYTES = 64 * 1024 - 1;

/** A last fragment, and so the whole, of text. */
const TEXT = 0x81;
const MASKED = 0x80;
const TWO_BYTES = 126;
const MASK_BYTES = 4;

const unmasked = Buffer.allocUnsafeSlow(MAX_READ_BYTES + 1);

/**
 * The texts of the frames that a piece is made of; undefined where it is made of anything else, such as a part of a
 * frame, a ping, or bytes that are no UTF-8. Then it is for the library, which knows what to say. The library reads into a
 * stream and through a state for each part of a frame, which costs several times what this does.
 */
export function readTextFrames(piece: Buffer, maxBytes: number): readonly string[] | undefined {
  const texts: string[] = [];
  for (let at = 0; at < piece.length; ) {
    if (piece[at] !== TEXT) return undefined;
    let size = piece[at + 1]! ^ MASKED;
    let from = at + 2;
    if (size === TWO_BYTES) {
      size = piece[from]! * 256 + piece[from + 1]!;
      from += 2;
    } else if (!(size < TWO_BYTES)) return undefined;
    const end = from + MASK_BYTES + size;
    if (!(size <= maxBytes && end <= piece.length)) return undefined;
    const text = unmask(piece, from, size);
    if (text === undefined) return undefined;
    texts.push(text);
    at = end;
  }
  return texts;
}

/** The text of `size` bytes behind their mask. */
function unmask(piece: Buffer, from: number, size: number): string | undefined {
  let all = 0;
  for (let place = 0; place < size; place++) {
    const byte = piece[from + MASK_BYTES + place]! ^ piece[from + (place & 3)]!;
    unmasked[place] = byte;
    all |= byte;
  }
  if (all < 0x80) return unmasked.toString('latin1', 0, size);
  const bytes = unmasked.subarray(0, size);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** Characters of a text that is framed here: even where each has three bytes, two tell their number. */
export const MAX_FRAMED = 16 * 1024;

/** The frame of such a text, a character for each byte. */
export function textFrame(text: string): string {
  const isAscii = Buffer.byteLength(text) === text.length;
  const bytes = isAscii ? text : Buffer.from(text).toString('latin1');
  const size = bytes.length;
  const head =
    size < TWO_BYTES
      ? String.fromCharCode(TEXT, size)
      : String.fromCharCode(TEXT, TWO_BYTES, size >>> 8, size & 0xff);
  return head + bytes;
}
