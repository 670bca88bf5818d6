/**
 * The checksum of LevelDB's files, a CRC-32C (Castagnoli) in the form in which they store it, so that the checksum
 * of one is not trivial; `zlib.crc32` is of another polynomial.
 *
 * Eight bytes are taken at a step, each by a table of its own (Kounavis and Berry's slicing by 8, 2005), since every
 * start reads all files.
 */
export function maskedCrc32c(bytes: Buffer, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + STEP_BYTES <= to; at += STEP_BYTES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      TABLES[0x700 | (crc & 255)]! ^
      TABLES[0x600 | ((crc >>> 8) & 255)]! ^
      TABLES[0x500 | ((crc >>> 16) & 255)]! ^
      TABLES[0x400 | (crc >>> 24)]! ^
      TABLES[0x300 | bytes[at + 4]!]! ^
      TABLES[0x200 | bytes[at + 5]!]! ^
      TABLES[0x100 | bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!;
  }
  for (; at < to; at++) crc = TABLES[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const STEP_BYTES = 8;

/** What a byte comes to, and in each further table of 256 what it comes to with one more byte behind it. */
const TABLES = new Int32Array(STEP_BYTES * 256);
for (let place = 0; place < TABLES.length; place++) {
  if (place < 256) {
    let crc = place;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    TABLES[place] = crc;
  } else {
    const shorter = TABLES[place - 256]!;
    TABLES[place] = TABLES[shorter & 255]! ^ (shorter >>> 8);
  }
}
