import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '../abstract-level-store.ts';
import { asDiskFault, FullDiskError } from '../failed-disk.ts';

/** Bytes that are written for a trial. */
const TRIAL_BYTES = 64 * 1024;

/**
 * Whether `bytes` more could be written to a directory's disk now. The free space alone does not tell: there may be a
 * quota, or no inode left; so a little is written, too. Not all of it, which would take the room from others.
 */
export async function hasRoom(directory: string, bytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < bytes) return false;
  const path = join(directory, 'room.trial');
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(TRIAL_BYTES));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const fault = asDiskFault(error, describe(error), directory);
    if (fault instanceof FullDiskError) return false;
    throw fault;
  } finally {
    await rm(path, { force: true });
  }
  return true;
}
