import { Level } from 'level';
import { describe, errorCode, storeOver } from '../abstract-level-store.ts';
import { DamagedStoreError } from '../damage.ts';
import { asDiskFault } from '../failed-disk.ts';
import type { Store } from '../store.ts';
import { hasRoom } from './room.ts';
import { verifyFiles } from './verify.ts';

/**
 * Bytes that LevelDB gathers before it writes a table. Most log entries are deleted again before that many have
 * come, and so never get into one; a start reads back as many at most.
 */
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

/**
 * Tables that LevelDB keeps open, and ten more files. An open table is mapped into memory, and what was read of it counts
 * as resident; whoever reads all orders would otherwise leave all of them there. It is the least that LevelDB takes.
 */
const MAX_OPEN_FILES = 64 + 10;

/**
 * Opens the LevelDB database in `directory`, which is made if it is not there.
 *
 * Rejects with `DamagedStoreError` if its files are damaged. All else may pass and is told in a plain error: another
 * process has it open, or LevelDB's own message, as of a full disk.
 */
export async function openLevelStore(directory: string): Promise<Store> {
  const verifyOpen = await verifyFiles(directory);
  const database = new Level(directory, {
    compression: false,
    writeBufferSize: WRITE_BUFFER_BYTES,
    maxOpenFiles: MAX_OPEN_FILES,
  });
  await open(database, directory);
  await verifyOpen().catch(async (error) => {
    await database.close();
    throw error;
  });
  return storeOver(database, directory, (bytes) => hasRoom(directory, bytes));
}

async function open(database: Level, directory: string): Promise<void> {
  try {
    await database.open();
  } catch (error) {
    if (errorCode(error) === 'LEVEL_LOCKED') {
      // It passes: a predecessor that was paused has still to end. Whoever starts this process tries again.
      throw new Error(`the store in ${directory} is in use by another process`);
    }
    if (errorCode(error) === 'LEVEL_CORRUPTION') throw new DamagedStoreError(directory, describe(error));
    const other = new Error(`the store in ${directory} cannot be opened: ${describe(error)}`, {
      cause: error,
    });
    throw asDiskFault(other, describe(error), directory);
  }
}
