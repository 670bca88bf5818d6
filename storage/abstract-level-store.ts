import { DamagedStoreError } from './damage.ts';
import { asDiskFault } from './failed-disk.ts';
import type { Range, Store, StoreOperation } from './store.ts';

/** A store over any abstract-level database. */

/** The part of an abstract-level database that a store needs; `level` and `memory-level` both have it. */
export interface Database {
  getSync(key: string): string | undefined;
  batch(): Batch;
  iterator(options: Range & { highWaterMarkBytes: number }): Records;
  close(): Promise<void>;
}

interface Batch {
  put(key: string, value: string): unknown;
  del(key: string): unknown;
  write(options: { sync: boolean }): Promise<void>;
}

interface Records {
  nextv(size: number): Promise<[string, string][]>;
  close(): Promise<void>;
}

const PAGE_RECORDS = 1000;
/** Bytes a page may have at most, whatever its number of records; LevelDB's own default is 16 KiB. */
const PAGE_BYTES = 1024 * 1024;

/** A store over an open database. */
export function storeOver(
  database: Database,
  location: string,
  hasRoom: Store['hasRoom'] = async () => true,
): Store {
  /** One write is under way at a time, so that none can follow one that has failed. */
  let latest: Promise<void> = Promise.resolve();

  async function write(operations: readonly StoreOperation[]): Promise<void> {
    if (operations.length === 0) return;
    const batch = database.batch();
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
    latest = latest.then(() => batch.write({ sync: true }).catch((error) => rethrow(error, location)));
    await latest;
  }

  async function* pages(range: Range, pageSize = PAGE_RECORDS) {
    // LevelDB's iterators see the database as it was when they were made.
    const records = database.iterator({ ...range, highWaterMarkBytes: PAGE_BYTES });
    let next: Promise<[string, string][]> | undefined;
    try {
      for (let isFirst = true; ; isFirst = false) {
        const page = await (next ?? records.nextv(pageSize)).catch((error) => rethrow(error, location));
        if (page.length === 0) return;
        // Who asks for a second page mostly wants the third: LevelDB reads it while that one is looked at.
        next = isFirst ? undefined : records.nextv(pageSize);
        next?.catch(() => {});
        yield page;
      }
    } finally {
      await next?.catch(() => {});
      await records.close();
    }
  }

  return {
    location,
    get(key) {
      try {
        return database.getSync(key);
      } catch (error) {
        return rethrow(error, location);
      }
    },
    write,
    pages,
    async clear(range) {
      for await (const page of pages(range)) {
        await write(page.map(([key]) => ({ type: 'del', key })));
      }
    },
    hasRoom,
    async close() {
      await latest.catch(() => {});
      await database.close();
    },
  };
}

/** The code that abstract-level gave an error, or the error that it wraps. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return errorCode(error.cause) ?? ('code' in error ? String(error.code) : undefined);
}

function rethrow(error: unknown, location: string): never {
  if (errorCode(error) === 'LEVEL_CORRUPTION') throw new DamagedStoreError(location, describe(error));
  throw asDiskFault(error, describe(error), location);
}

/** What the innermost error says. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : describe(error.cause);
}
