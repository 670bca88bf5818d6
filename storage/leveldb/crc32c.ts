/**
 * The checksum of LevelDB's files, a CRC-32C (Castagnoli) in the form in which they store it, so that the checksum
 * of one is not trivial; `zlib.crc32` is of another polynomial.
 */
export function maskedCrc32c(bytes: Buffer, from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at++) crc = TABLE[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});
