import { join } from 'node:path';
import * as z from 'zod';
import { GENERATION_KEY, keysUnder, LOG_PREFIX } from '../../storage/keys.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { readSealed } from '../../storage/sealed.ts';

/** What lies on a stopped catalog's disk. */
export interface DiskFacts {
  /** Log entries. */
  readonly entries: number;
  /** The generation of the applied state: 1 until a first snapshot has been taken in. */
  readonly generation: number;
  /** Orders recorded in that generation. */
  readonly orders: number;
}

export async function inspectDisk(dataDirectory: string, catalog: string): Promise<DiskFacts> {
  const store = await openLevelStore(join(dataDirectory, catalog));
  try {
    const generation = readSealed(store, GENERATION_KEY, z.int()) ?? 1;
    const count = async (prefix: string) => {
      let records = 0;
      for await (const page of store.pages(keysUnder(prefix))) records += page.length;
      return records;
    };
    return { entries: await count(LOG_PREFIX), generation, orders: await count(`g${generation}/o/`) };
  } finally {
    await store.close();
  }
}
