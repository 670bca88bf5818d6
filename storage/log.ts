import * as z from 'zod';
import type { Entry } from '../runtime/messages.ts';
import { DamagedStoreError } from './damage.ts';
import { keysUnder, LOG_PREFIX, logIndex, logKey, OFFSET_KEY } from './keys.ts';
import { type Before, decodeEntry, encodeEntry, type LogEntry } from './log-record.ts';
import { NewerDataError } from './newer-data.ts';
import { LOG_START, type Position } from './position.ts';
import { putSealed, readSealed } from './sealed.ts';
import type { Store, StoreOperation } from './store.ts';

export type { LogEntry };

const StoredPosition = z.object({ index: z.int().min(0), term: z.int().min(0), sum: z.int().min(0) });

/** Indexes `from ≤ index ≤ to`; empty if `to < from`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const NONE: Span = { from: Number.POSITIVE_INFINITY, to: 0 };

/**
 * The Raft log: whole in memory, and on disk as of the last batch. Changes are made in memory at once and
 * collected as store operations, which the host puts into its next synced batch. Entries follow each other
 * without a gap from `offset`, the place of the last one forgotten.
 */
export class ReplicaLog {
  #offset: Position;
  /** Live entries start at `#head`; those before it are forgotten and cut off when they are the greater part. */
  #entries: LogEntry[] = [];
  #head = 0;
  /** `end` of the last entry forgotten. */
  #offsetEnd = 0;
  /** Records of the last entries, those not taken yet. */
  #untaken: string[] = [];
  /** The entries that are on disk once what was taken is written. */
  #stored: Span;
  /** Places before the offset whose records may still be on disk: they are deleted a batch's share at a time. */
  #left: Span = NONE;
  #offsetTaken = true;

  private constructor(offset: Position) {
    this.#offset = offset;
    this.#stored = { from: offset.index + 1, to: offset.index };
  }

  /**
   * The log on `store`. `applied` is where the applied state on the same store is, undefined if there is none.
   *
   * An end that is missing beyond `applied` is taken for a torn write and accepted: the others send it again.
   * Throws a `DamagedStoreError` for anything else that is not as it was written: a gap, a broken checksum chain,
   * an end before `applied`, or an applied state that is of another log.
   */
  static async load(store: Store, applied: Position = LOG_START): Promise<ReplicaLog> {
    const log = new ReplicaLog(readSealed(store, OFFSET_KEY, StoredPosition) ?? LOG_START);
    for await (const page of store.pages(keysUnder(LOG_PREFIX))) {
      for (const [key, record] of page) log.#restore(store, key, record);
    }
    log.#stored = { from: log.#offset.index + 1, to: log.lastIndex };
    log.#left = { ...log.#left, to: log.#offset.index };
    checkApplied(store, log, applied);
    return log;
  }

  /** The place before the first kept entry; its index is 0 while nothing has been forgotten. */
  get offset(): Position {
    return this.#offset;
  }

  get lastIndex(): number {
    return this.#offset.index + this.entryCount;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#offset.term;
  }

  get entryCount(): number {
    return this.#entries.length - this.#head;
  }

  /** The sum of the kept entries' `bytes`. */
  get byteSize(): number {
    return this.bytesBetween(this.#offset.index, this.lastIndex);
  }

  /** The sum of the `bytes` of the kept entries `after < index ≤ to`, in constant time. */
  bytesBetween(after: number, to: number): number {
    return this.#endAt(to) - this.#endAt(after);
  }

  /** What the next `takeOperations()` has to write of entries. */
  get untaken(): { readonly entries: number; readonly bytes: number } {
    const entries = this.#untaken.length;
    return { entries, bytes: this.bytesBetween(this.lastIndex - entries, this.lastIndex) };
  }

  /** The term at `index`; `undefined` beyond the end and before `offset`, where it is not known any more. */
  termAt(index: number): number | undefined {
    return index === this.#offset.index ? this.#offset.term : this.entry(index)?.term;
  }

  entry(index: number): LogEntry | undefined {
    const at = index - this.#offset.index - 1;
    return at < 0 ? undefined : this.#entries[this.#head + at];
  }

  positionAt(index: number): Position | undefined {
    if (index === this.#offset.index) return this.#offset;
    const entry = this.entry(index);
    return entry && { index, term: entry.term, sum: entry.sum };
  }

  append(entries: readonly Entry[]): void {
    for (const given of entries) {
      const { entry, record } = encodeEntry(given, this.lastIndex + 1, this.#last);
      this.#entries.push(entry);
      this.#untaken.push(record);
    }
  }

  /** A conflict: forgets everything after `index`, which must not be before `offset`. */
  truncateAfter(index: number): void {
    this.#mustKnow(index);
    while (this.lastIndex > index) {
      this.#entries.pop();
      this.#untaken.pop();
    }
    this.#trim();
  }

  /** Entries from index `from` on, at most so many and so large, but at least one if there is one. */
  slice(from: number, maxEntries: number, maxBytes: number): Entry[] {
    this.#mustKnow(from - 1);
    const entries: Entry[] = [];
    let bytes = 0;
    for (let index = from; index <= this.lastIndex && entries.length < maxEntries; index++) {
      const entry = this.entry(index)!;
      bytes += entry.bytes;
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push({ term: entry.term, at: entry.at, command: entry.command });
    }
    return entries;
  }

  /** Forgets the entries up to `index`, which the caller knows to be applied durably. */
  compactTo(index: number): void {
    if (index <= this.#offset.index) return;
    this.#mustKnow(index);
    const position = this.positionAt(index)!;
    this.#offsetEnd = this.#endAt(index);
    this.#head += index - this.#offset.index;
    this.#moveOffset(position);
    if (this.#untaken.length > this.entryCount) {
      this.#untaken.splice(0, this.#untaken.length - this.entryCount);
    }
    this.#trim();
  }

  /** After a snapshot that the log does not lead to: it is empty, and goes on after `position`. */
  resetTo(position: Position): void {
    this.#entries = [];
    this.#head = 0;
    this.#untaken = [];
    this.#moveOffset(position);
  }

  /**
   * What brings the disk from where the last call left it to where the log is now, in time proportional to the
   * change. The caller must write it whole, or stop. Of the entries before the offset it deletes at most
   * `maxForgotten`, and the others with the next calls: a start passes over what is left of them. What is behind the
   * end would be read as its continuation, and is deleted at once; it was never committed.
   */
  takeOperations(maxForgotten = Number.POSITIVE_INFINITY): StoreOperation[] {
    const operations: StoreOperation[] = [];
    const first = this.#offset.index + 1;
    const { lastIndex } = this;
    const found = hull(this.#left, this.#stored);
    deleteSpan(operations, { from: Math.max(found.from, lastIndex + 1), to: found.to });
    const left = { from: found.from, to: Math.min(found.to, first - 1) };
    const forgotten = Math.min(maxForgotten, left.to - left.from + 1);
    deleteSpan(operations, { from: left.from, to: left.from + forgotten - 1 });
    this.#left = forgotten <= 0 ? NONE : { from: left.from + forgotten, to: left.to };
    let index = lastIndex - this.#untaken.length;
    for (const value of this.#untaken) operations.push({ type: 'put', key: logKey(++index), value });
    if (!this.#offsetTaken) operations.push(putSealed(OFFSET_KEY, this.#offset));
    this.#untaken = [];
    this.#offsetTaken = true;
    this.#stored = { from: first, to: lastIndex };
    return operations;
  }

  get #last(): Before {
    return this.#entries.at(-1) ?? { sum: this.#offset.sum, end: this.#offsetEnd };
  }

  #endAt(index: number): number {
    return this.entry(index)?.end ?? this.#offsetEnd;
  }

  #moveOffset({ index, term, sum }: Position): void {
    this.#offset = { index, term, sum };
    this.#offsetTaken = false;
  }

  /** Lets go of forgotten entries; each is moved at most once, so that compaction costs O(1) an entry. */
  #trim(): void {
    if (this.#head <= this.entryCount) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  #mustKnow(index: number): void {
    if (index < this.#offset.index || index > this.lastIndex) {
      throw new RangeError(
        `the log is known from ${this.#offset.index} to ${this.lastIndex}, not at ${index}`,
      );
    }
  }

  #restore(store: Store, key: string, record: string): void {
    const index = this.lastIndex + 1;
    const found = logIndex(key);
    if (found <= this.#offset.index) {
      this.#left = { from: Math.min(this.#left.from, found), to: found };
      return;
    }
    if (found !== index) {
      const what = Number.isNaN(found) ? `there is a record ${key}` : `entry ${found} follows`;
      throw new DamagedStoreError(store.location, `log entry ${index} is missing, ${what}`);
    }
    const entry = decodeEntry(record, index, this.#last);
    if (entry === 'newer') {
      throw new NewerDataError(
        store.location,
        `log entry ${index} holds a command that this one does not know`,
      );
    }
    if (entry === undefined || entry.term < this.lastTerm) {
      throw new DamagedStoreError(store.location, `log entry ${index} does not continue the checksum chain`);
    }
    this.#entries.push(entry);
  }
}

/** The least span that has both; an empty one adds nothing. */
function hull(a: Span, b: Span): Span {
  if (a.to < a.from) return b;
  if (b.to < b.from) return a;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

function deleteSpan(operations: StoreOperation[], { from, to }: Span): void {
  for (let index = from; index <= to; index++) operations.push({ type: 'del', key: logKey(index) });
}

function checkApplied(store: Store, log: ReplicaLog, applied: Position): void {
  const { location } = store;
  if (log.lastIndex < applied.index) {
    throw new DamagedStoreError(
      location,
      `the log ends at entry ${log.lastIndex}, but entry ${applied.index} is applied`,
    );
  }
  const position = log.positionAt(applied.index);
  if (position === undefined) {
    throw new DamagedStoreError(
      location,
      `the log starts after entry ${log.offset.index}, but only entry ${applied.index} is applied`,
    );
  }
  if (position.term !== applied.term || position.sum !== applied.sum) {
    throw new DamagedStoreError(location, `log entry ${applied.index} is not the one that is applied`);
  }
}
