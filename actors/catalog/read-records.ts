import { DamagedStoreError } from '../../storage/damage.ts';
import { heldRanges, keysUnder, restingRanges } from '../../storage/keys.ts';
import { LOG_START, type Position } from '../../storage/position.ts';
import type { Store } from '../../storage/store.ts';
import { recordHash, recordSum, SetDigest } from './digest.ts';
import { TIME_START } from './log-time.ts';
import type { KeyedText } from './overlay.ts';
import { isDigested, putApplied, readApplied } from './records.ts';
import type { StateRecords } from './state-records.ts';

/** Records of a state that are not needed in memory: they are checked while `records` serves already. */
export interface RestingRecords {
  readonly store: Store;
  readonly records: StateRecords;
  /** What they come to in the checksum. */
  readonly sum: number;
}

/**
 * Reads the records that are held in memory into `records`, and compares their checksum. Tells the position that they are
 * at, and what is to be checked yet. Rejects with a `DamagedStoreError` if they are not the ones that were written.
 *
 * The checksum is written in one batch with them and with their digest; so the digest is taken over, and not made again.
 * Earlier versions wrote only one checksum, of all records, or none: the first start of theirs reads everything. Where there is
 * none it makes the digest once more, and the index of refusals, and writes the checksum.
 */
export async function readRecords(
  store: Store,
  records: StateRecords,
): Promise<{ position: Position; resting?: RestingRecords }> {
  const { prefix, digest } = records;
  const written = readApplied(store, prefix);
  records.adoptTime(written?.time ?? TIME_START);
  if (written?.checksum !== undefined && written.resting === undefined) {
    for await (const page of store.pages(keysUnder(prefix))) take(page, prefix, records, digest);
  } else if (written && written.checksum === undefined) {
    await makeDigest(store, records);
    if (digest.toString() !== written.digest) throw damaged(store);
    await store.write([putApplied(prefix, written.position, digest, TIME_START)]);
    return { position: written.position };
  } else {
    for (const range of heldRanges(prefix)) {
      for await (const page of store.pages(range)) take(page, prefix, records, digest);
    }
    const sum = written?.resting ?? 0;
    digest.addSum({ checksum: sum, resting: sum });
  }
  if (digest.checksum !== (written?.checksum ?? 0)) throw damaged(store);
  if (written) digest.adopt(written.digest);
  const position = written?.position ?? LOG_START;
  if (written?.checksum !== undefined && written.resting === undefined) return { position };
  records.answers.keys.isWhole = false;
  return { position, resting: { store, records, sum: written?.resting ?? 0 } };
}

/**
 * Checks records that no start waits for, as they are when this begins, a page at a time, and makes the filter of keys
 * whole. Throws a `DamagedStoreError` at the end if they are not the ones that were written.
 */
export async function* checkResting(
  { store, records, sum }: RestingRecords,
  pageRecords?: number,
): AsyncGenerator<void, void> {
  const { prefix } = records;
  const digest = new SetDigest();
  const ranges = restingRanges(prefix).filter(({ gte }) => isDigested(gte.slice(prefix.length)));
  const readers = ranges.map((range) => store.pages(range, pageRecords));
  // All begin at once, so that they show the records of one moment.
  const firsts = readers.map((reader) => reader.next());
  for (const first of firsts) first.catch(() => {});
  try {
    for (const [place, reader] of readers.entries()) {
      for (let page = await firsts[place]!; !page.done; page = await reader.next()) {
        take(page.value, prefix, records, digest);
        yield;
      }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return(undefined)));
  }
  if (digest.resting !== sum) throw damaged(store);
  records.answers.keys.isWhole = true;
}

/** Takes in a page of records, and adds them to a checksum. */
function take(page: readonly KeyedText[], prefix: string, records: StateRecords, digest: SetDigest): void {
  const given = page.map(([key, text]) => [key.slice(prefix.length), text] as const);
  records.shelve(given);
  for (const [key, text] of given) if (isDigested(key)) digest.addSum(recordSum(key, text));
}

/** The digest of all records, which were written by a version that wrote no checksum. */
async function makeDigest(store: Store, records: StateRecords): Promise<void> {
  const { prefix, digest, refusals } = records;
  for await (const page of store.pages(keysUnder(prefix))) {
    const given = page.map(([key, text]) => [key.slice(prefix.length), text] as const);
    records.shelve(given);
    for (const [key, text] of given) if (isDigested(key)) digest.add(recordHash(key, text));
    await store.write(refusals.missing(given));
  }
}

function damaged(store: Store): DamagedStoreError {
  return new DamagedStoreError(store.location, 'its books and orders are not the ones that were written');
}
