import { DamagedStoreError } from '../damage.ts';
import { maskedCrc32c } from './crc32c.ts';
import type { Files } from './files.ts';

/**
 * LevelDB verifies its manifest, but `level` has no option to make it verify the tables that it reads: a flipped
 * bit there can give wrong text, and was seen to end the process by an assertion. So all tables are verified before
 * the database is opened, which costs one reading of the directory.
 *
 * A table is a row of blocks, each followed by its type and its checksum; the last is the index, which tells where
 * the others are (google/leveldb, doc/table_format.md). Tables are written without compression.
 */
const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC = 0xdb4775248b80fb57n;

/**
 * Throws a `DamagedStoreError` if one of these tables is not as it was written. Gives those that have no end: a
 * killed process leaves such a one, which belongs to nothing and goes when the database is opened; one that stays
 * was cut.
 */
export async function verifyTables({ directory, read }: Files, names: readonly string[]): Promise<string[]> {
  const endless: string[] = [];
  for (const name of names) {
    const table = await read(name);
    if (!hasEnd(table)) endless.push(name);
    else if (!isSound(table))
      throw new DamagedStoreError(directory, `a checksum in its file ${name} is wrong`);
  }
  return endless;
}

function hasEnd(table: Buffer): boolean {
  return table.length >= FOOTER_BYTES && table.readBigUInt64LE(table.length - 8) === MAGIC;
}

function isSound(table: Buffer): boolean {
  try {
    const cursor = { at: table.length - FOOTER_BYTES };
    const metaIndex = readHandle(table, cursor);
    const index = readHandle(table, cursor);
    return (
      isWhole(table, metaIndex) &&
      isWhole(table, index) &&
      [...handlesIn(table, metaIndex), ...handlesIn(table, index)].every((block) => isWhole(table, block))
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

/** The blocks that an index block tells of; the meta index tells of the filter, which can hide what is there. */
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
  return table.readUInt32LE(end) === maskedCrc32c(table, offset, end);
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
