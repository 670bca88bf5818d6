import { MemoryLevel } from 'memory-level';
import { storeOver } from './abstract-level-store.ts';
import type { Store } from './store.ts';

/** A store that is gone with its process, for tests that need no disk. */
export async function openMemoryStore(): Promise<Store> {
  const database = new MemoryLevel({ storeEncoding: 'utf8' });
  await database.open();
  return storeOver(database, 'memory');
}
