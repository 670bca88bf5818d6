/** What the store takes of `node:zlib`, for its simulation in a browser. */

const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? POLYNOMIAL ^ (value >>> 1) : value >>> 1;
  return value;
});

const encoder = new TextEncoder();

/** The checksum of a text in UTF-8, going on from that of what came before it. */
export function crc32(text: string, before = 0): number {
  let sum = ~before;
  for (const byte of encoder.encode(text)) sum = TABLE[(sum ^ byte) & 255]! ^ (sum >>> 8);
  return ~sum >>> 0;
}
