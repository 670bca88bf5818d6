import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedStoreError } from './damage.ts';

/**
 * LevelDB verifies its journal and its manifest, but `level` has no option to make it verify the tables that it
 * reads: a flipped bit there can give wrong text, and was seen to end the process by an assertion. So all tables
 * are verified before the database is opened, which costs one reading of the directory.
 *
 * A table is a row of blocks, each followed by its type and its checksum; the last is the index, which tells where
 * the others are (google/leveldb, doc/table_format.md). Tables are written without compression.
 */
const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC = 0xdb4775248b80fb57n;

/** Throws a `DamagedStoreError` if a table in `directory` is not as it was written. */
export async function verifyTables(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(nothingThere)) {
    if (!name.endsWith('.ldb')) continue;
    const table = await readFile(join(directory, name)).catch(nothingThere);
    if (Buffer.isBuffer(table) && !isSound(table))
      throw new DamagedStoreError(directory, `a checksum in its file ${name} is wrong`);
  }
}

function nothingThere(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

function isSound(table: Buffer): boolean {
  const footer = table.length - FOOTER_BYTES;
  // What a killed process left unfinished belongs to nothing, and LevelDB removes it; it checks the magic itself.
  if (footer < 0 || table.readBigUInt64LE(table.length - 8) !== MAGIC) return true;
  try {
    const cursor = { at: footer };
    const metaIndex = readHandle(table, cursor);
    const index = readHandle(table, cursor);
    return (
      isWhole(table, metaIndex) &&
      isWhole(table, index) &&
      handlesIn(table, index).every((block) => isWhole(table, block))
    );
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Where a block is in its table, in bytes. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

interface Cursor {
  at: number;
}

/** The blocks that an index block tells of. */
function handlesIn(table: Buffer, { offset, size }: Handle): Handle[] {
  const restarts = table.readUInt32LE(offset + size - 4);
  const end = offset + size - 4 - 4 * restarts;
  const handles: Handle[] = [];
  const cursor = { at: offset };
  while (cursor.at < end) {
    readVarint(table, cursor);
    const ownKeyBytes = readVarint(table, cursor);
    readVarint(table, cursor);
    cursor.at += ownKeyBytes;
    handles.push(readHandle(table, cursor));
  }
  return handles;
}

function isWhole(table: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  if (end - 1 + TRAILER_BYTES > table.length) return false;
  return table.readUInt32LE(end) === mask(crc32c(table, offset, end));
}

function readHandle(table: Buffer, cursor: Cursor): Handle {
  const offset = readVarint(table, cursor);
  return { offset, size: readVarint(table, cursor) };
}

function readVarint(table: Buffer, cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = table.readUInt8(cursor.at++);
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}

/** LevelDB stores checksums in this form, so that the checksum of one is not trivial. */
function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli), a byte at a time; `zlib.crc32` is of another polynomial. */
function crc32c(bytes: Buffer, from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at++) crc = CRC_TABLE[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});
