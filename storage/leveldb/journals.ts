import { DamagedStoreError } from '../damage.ts';
import { maskedCrc32c } from './crc32c.ts';
import type { Files } from './files.ts';

/**
 * LevelDB passes over what it cannot read in its journals and goes on with what follows: a batch from the middle
 * is then missing, and with it a vote or an acknowledged entry. So the journals are verified before it opens them.
 *
 * A journal is a row of 32 KiB blocks of pieces, each with a checksum, a length and a type; a batch is one piece or
 * several in a row (google/leveldb, doc/log_format.md). Only one batch is ever written and not yet synced. So what
 * a crash tears is the last one: a batch that begins after a place that cannot be read was lost otherwise.
 */
const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;
const WHOLE = 1;
const FIRST = 2;
const MIDDLE = 3;

/** Throws a `DamagedStoreError` if one of these journals has lost a batch before its last. */
export async function verifyJournals({ directory, read }: Files, names: readonly string[]): Promise<void> {
  /** The journal with a place that cannot be read. */
  let torn: string | undefined;
  /** Between the first piece of a batch and its last. */
  let isInside = false;
  for (const name of inOrder(names)) {
    for (const type of piecesOf(await read(name))) {
      const begins = type === WHOLE || type === FIRST;
      if (begins && (torn || isInside)) {
        throw new DamagedStoreError(directory, `its file ${torn ?? name} lost something before its end`);
      }
      if (type === undefined || (!begins && !isInside)) torn ??= name;
      isInside = type === FIRST || (isInside && type === MIDDLE);
    }
    if (isInside) torn ??= name;
  }
}

/** Journals are numbered in the order in which they were begun. */
function inOrder(names: readonly string[]): string[] {
  return [...names].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
}

/** The types of a journal's pieces in order; `undefined` for what is none. */
function* piecesOf(journal: Buffer): Generator<number | undefined> {
  let at = 0;
  while (at < journal.length) {
    const endOfBlock = at - (at % BLOCK_BYTES) + BLOCK_BYTES;
    const limit = Math.min(journal.length, endOfBlock);
    const hasHeader = limit - at >= HEADER_BYTES;
    const end = hasHeader ? at + HEADER_BYTES + journal.readUInt16LE(at + 4) : limit;
    if (hasHeader) yield end <= limit && isSound(journal, at, end) ? journal[at + 6] : undefined;
    // What is too short for a header fills up a block, or is the beginning of one that was torn.
    else if (limit < endOfBlock) yield undefined;
    at = Math.min(end, limit);
  }
}

function isSound(journal: Buffer, at: number, end: number): boolean {
  return journal.readUInt32LE(at) === maskedCrc32c(journal, at + 6, end);
}
