import type { Clock, Timer } from '../../runtime/clock.ts';
import { StartRefused } from '../../runtime/errors.ts';
import type { Random } from '../../runtime/random.ts';
import { asDiskFault, FullDiskError } from '../../storage/failed-disk.ts';
import type { Range, Store, StoreOperation } from '../../storage/store.ts';

/**
 * A disk that outlives the processes using it. Writes take effect whole and in order, each after a latency drawn
 * from `random` on `clock`, so that a seed decides everything.
 */
export interface SimulatedDisk {
  /** A store over what is on the disk. Refused while an earlier one is open: crash or close it first. */
  open(): Store;
  /**
   * The process is gone. All that was synced stays; of the writes that were not, a random number of the oldest
   * are kept whole. The dead store's promises never settle.
   */
  crash(): void;
  /** Removes everything, as a new disk would. The disk must not be open. */
  wipe(): void;
  /** Puts these records in the place of all that it holds, as from a copy. The disk must not be open. */
  putBack(copy: ReadonlyMap<string, string>): void;
  /** Alters the value under `key`, as a flipped bit would; false if there is none. */
  corrupt(key: string): boolean;
  /** Removes a record behind the store's back; false if there is none. */
  lose(key: string): boolean;
  /** Milliseconds a write takes, from `least` up to `most`; may be changed at any time. */
  latencyMs: Latency;
  /** While this is true no write ends; the one that was due ends as soon as it is false again. */
  hanging: boolean;
  /**
   * While this is true writes find no room; a store that has met with it writes nothing more until it is opened anew,
   * for which there must be room.
   */
  full: boolean;
  /** Every write fails from now on, as with EIO, until another disk is in its place (`wipe`). */
  fail(): void;
  readonly failed: boolean;
  readonly records: ReadonlyMap<string, string>;
}

export interface Latency {
  readonly least: number;
  readonly most: number;
}

interface Write {
  readonly operations: readonly StoreOperation[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export function simulatedDisk(options: {
  readonly location: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly latencyMs: Latency;
}): SimulatedDisk {
  const { location, clock, random } = options;
  const records = new Map<string, string>();
  /** All keys in order; undefined when a key has come or gone since it was made. */
  let sorted: string[] | undefined;
  /** Writes of the open store, the oldest of which is under way. */
  let writes: Write[] = [];
  let timer: Timer | undefined;
  let holder: Store | undefined;
  let hanging = false;
  /** The write under way would be over if the disk did not hang. */
  let overdue = false;
  let failed = false;
  /** The open store has met with a full disk. */
  let stuck = false;

  const disk: SimulatedDisk = {
    open,
    crash,
    wipe() {
      refuseIfOpen();
      failed = false;
      records.clear();
      sorted = undefined;
    },
    putBack(copy) {
      disk.wipe();
      for (const [key, value] of copy) records.set(key, value);
    },
    corrupt(key) {
      const value = records.get(key);
      if (!value) return false;
      const at = random.integer(value.length);
      const flipped = String.fromCharCode(value.charCodeAt(at) ^ 1);
      records.set(key, value.slice(0, at) + flipped + value.slice(at + 1));
      return true;
    },
    lose(key) {
      sorted = undefined;
      return records.delete(key);
    },
    latencyMs: options.latencyMs,
    get hanging() {
      return hanging;
    },
    set hanging(hangs) {
      hanging = hangs;
      if (!hangs && overdue) finishWrite();
    },
    fail() {
      failed = true;
      overdue = false;
      clock.clearTimeout(timer);
      for (const write of writes.splice(0)) write.failed(ioError());
    },
    full: false,
    get failed() {
      return failed;
    },
    records,
  };
  return disk;

  function noRoom(): FullDiskError {
    return new FullDiskError(location, 'No space left on device');
  }

  function ioError(): unknown {
    const found = `IO error: ${location}/000003.log: Input/output error`;
    return asDiskFault(new Error(found), found, location);
  }

  function refuseIfOpen(): void {
    if (holder) throw new StartRefused(`the store in ${location} is in use by another process`);
  }

  function crash(): void {
    clock.clearTimeout(timer);
    overdue = false;
    const kept = random.integer(writes.length + 1);
    for (const { operations } of writes.slice(0, kept)) take(operations);
    writes = [];
    holder = undefined;
  }

  function take(operations: readonly StoreOperation[]): void {
    for (const operation of operations) {
      if (operation.type === 'del') {
        if (records.delete(operation.key)) sorted = undefined;
      } else {
        if (!records.has(operation.key)) sorted = undefined;
        records.set(operation.key, operation.value);
      }
    }
  }

  function startWrite(): void {
    const { least, most } = disk.latencyMs;
    timer = clock.setTimeout(finishWrite, least + random.next() * (most - least));
  }

  function finishWrite(): void {
    overdue = hanging;
    if (hanging) return;
    if (disk.full || stuck) {
      stuck = true;
      for (const write of writes.splice(0)) write.failed(noRoom());
      return;
    }
    const { operations, done } = writes.shift()!;
    take(operations);
    if (writes.length > 0) startWrite();
    done();
  }

  /** The records of a range as they are now. */
  function recordsIn({ gte, lt, reverse, limit = Number.POSITIVE_INFINITY }: Range): [string, string][] {
    sorted ??= [...records.keys()].sort();
    const first = firstAtLeast(sorted, gte);
    const end = Math.max(first, firstAtLeast(sorted, lt));
    const keys = reverse
      ? sorted.slice(Math.max(first, end - limit), end).reverse()
      : sorted.slice(first, Math.min(end, first + limit));
    return keys.map((key) => [key, records.get(key)!]);
  }

  function open(): Store {
    refuseIfOpen();
    if (disk.full) throw noRoom();
    stuck = false;
    let closing: Promise<void> | undefined;

    function mustBeOpen(): void {
      if (closing) throw new Error('Database is not open');
    }

    async function write(operations: readonly StoreOperation[]): Promise<void> {
      mustBeOpen();
      if (operations.length > 0) await queued(operations);
    }

    function queued(operations: readonly StoreOperation[]): Promise<void> {
      return new Promise((done, reject) => {
        if (holder !== store) return;
        if (failed) {
          reject(ioError());
          return;
        }
        writes.push({ operations: [...operations], done, failed: reject });
        if (writes.length === 1) startWrite();
      });
    }

    async function finished(): Promise<void> {
      if (holder === store && writes.length > 0) await queued([]);
      if (holder === store) holder = undefined;
    }

    async function* pages(range: Range, pageSize = 1000) {
      mustBeOpen();
      const found = recordsIn(range);
      for (let at = 0; at < found.length; at += pageSize) yield found.slice(at, at + pageSize);
    }

    const store: Store = {
      location,
      get(key) {
        mustBeOpen();
        return records.get(key);
      },
      write,
      pages,
      async clear(range) {
        for await (const page of pages(range)) {
          await write(page.map(([key]) => ({ type: 'del', key })));
        }
      },
      async hasRoom() {
        if (failed) throw ioError();
        return !disk.full;
      },
      close() {
        closing ??= finished();
        return closing;
      },
    };
    holder = store;
    return store;
  }
}

/** Where the first key not less than `key` is in a sorted list. */
function firstAtLeast(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
