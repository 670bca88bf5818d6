import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../command-line.ts';

/**
 * Files in a folder that nobody else may write to. Another user who could put a file or a link there before us would
 * choose our secrets, or have us write to a place of their choice; so what is not ours, or open to others, is refused
 * by its name, with the command that mends it.
 */

/** No link is followed in the place of a file. Windows has neither the flag nor modes that mean anything. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const OTHERS_WRITE = 0o002;
const OTHERS_AT_ALL = 0o077;
export const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const HAS_MODES = process.platform !== 'win32';

/**
 * Throws a `UsageError` unless the folder is ours alone to write to, and no link stands in it in the place of a file. The
 * folder of a catalog may be a link of our own, to another disk. Such folders of an earlier version are closed to others.
 */
export async function checkFolder(folder: string): Promise<void> {
  if (!HAS_MODES) return;
  checkOwner(folder, await stat(folder));
  const { mode } = await stat(folder);
  if (mode & OTHERS_WRITE) throw openTo(folder, mode, 'written to by everybody', FOLDER_MODE);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found) continue;
    if (found.isSymbolicLink()) await checkLink(path, found);
    else if (found.isFile()) checkFile(path, found);
    else if (found.isDirectory()) await closeFolder(path, found);
  }
}

async function checkLink(path: string, link: Stats): Promise<void> {
  const target = await stat(path).catch(() => undefined);
  if (!target?.isDirectory()) {
    throw new UsageError(
      `${path} is a symbolic link, and no file of the store is one; see to it: ls -l ${path}`,
    );
  }
  checkOwner(path, link);
  await closeFolder(path, target);
}

function checkFile(path: string, found: Stats): void {
  checkOwner(path, found);
  if (found.mode & OTHERS_WRITE) throw openTo(path, found.mode, 'written to by everybody', FILE_MODE);
}

async function closeFolder(path: string, found: Stats): Promise<void> {
  checkOwner(path, found);
  if (!(found.mode & OTHERS_AT_ALL)) return;
  const folder = await open(path, constants.O_RDONLY);
  await folder.chmod(FOLDER_MODE).finally(() => folder.close());
}

/** The text of a file, undefined where there is none. A secret must be readable by its owner alone. */
export async function readPrivately(path: string, kind: 'secret' | 'record'): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | NO_LINK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new UsageError(
      code === 'ELOOP' ? `${path} is a symbolic link` : `${path} cannot be read: ${message}`,
    );
  }
  try {
    if (HAS_MODES) {
      const found = await file.stat();
      checkFile(path, found);
      if (kind === 'secret' && found.mode & OTHERS_AT_ALL) {
        throw openTo(path, found.mode, 'read by others', FILE_MODE);
      }
    }
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  } finally {
    await file.close();
  }
}

/** All or nothing, and there after a power cut: a new, synced file is renamed into place, then the folder synced. */
export async function writePrivately(folder: string, name: string, text: string): Promise<void> {
  const fresh = join(folder, `${name}.new`);
  // What a crash left there, or somebody planted: removing it follows no link.
  await rm(fresh, { force: true });
  const file = await open(
    fresh,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_LINK,
    FILE_MODE,
  );
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, join(folder, name));
  const parent = await open(folder, 'r');
  await parent.sync().finally(() => parent.close());
}

/** Makes an empty file, or leaves it as it is. */
export async function touchPrivately(path: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | NO_LINK, FILE_MODE);
  await file.close();
}

function checkOwner(path: string, { uid }: Stats): void {
  const own = process.getuid?.();
  if (own === undefined || uid === own) return;
  throw new UsageError(`${path} belongs to another user (${uid}); chown it, or start the store as that user`);
}

function openTo(path: string, mode: number, what: string, right: number): UsageError {
  const seen = (mode & 0o777).toString(8);
  return new UsageError(`${path} can be ${what} (mode ${seen}): chmod ${right.toString(8)} ${path}`);
}
