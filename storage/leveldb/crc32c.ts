/**
 * The checksum of LevelDB's files, a CRC-32C (Castagnoli) in the form in which they store it, so that the checksum
 * of one is not trivial; `zlib.crc32` is of another polynomial.
 *
 * Sixteen bytes are taken at a step, each by a table of its own (Kounavis and Berry's slicing, 2005), since every start reads
 * all files.
 */
export function maskedCrc32c(bytes: Buffer, from: number, to: number): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = -1;
  let at = from;
  for (; at + STEP_BYTES <= to; at += STEP_BYTES) {
    const first = crc ^ words.getInt32(at, true);
    const second = words.getInt32(at + 4, true);
    const third = words.getInt32(at + 8, true);
    const fourth = words.getInt32(at + 12, true);
    crc =
      TABLES[0xf00 | (first & 255)]! ^
      TABLES[0xe00 | ((first >>> 8) & 255)]! ^
      TABLES[0xd00 | ((first >>> 16) & 255)]! ^
      TABLES[0xc00 | (first >>> 24)]! ^
      TABLES[0xb00 | (second & 255)]! ^
      TABLES[0xa00 | ((second >>> 8) & 255)]! ^
      TABLES[0x900 | ((second >>> 16) & 255)]! ^
      TABLES[0x800 | (second >>> 24)]! ^
      TABLES[0x700 | (third & 255)]! ^
      TABLES[0x600 | ((third >>> 8) & 255)]! ^
      TABLES[0x500 | ((third >>> 16) & 255)]! ^
      TABLES[0x400 | (third >>> 24)]! ^
      TABLES[0x300 | (fourth & 255)]! ^
      TABLES[0x200 | ((fourth >>> 8) & 255)]! ^
      TABLES[0x100 | ((fourth >>> 16) & 255)]! ^
      TABLES[fourth >>> 24]!;
  }
  for (; at < to; at++) crc = TABLES[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const STEP_BYTES = 16;

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
