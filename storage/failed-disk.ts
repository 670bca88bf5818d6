import { StartRefused } from '../runtime/errors.ts';

/** What the operating system says of a disk that cannot be trusted any more: EIO, EUCLEAN, EROFS. */
const UNTRUSTED = /Input\/output error|i\/o error|Structure needs cleaning|Read-only file system/i;

/** What it says of a disk, or of a user's share of it, that has no room: ENOSPC, EDQUOT. */
const FULL = /No space left on device|Disk quota exceeded/i;

/**
 * The disk has failed. After a sync that failed, the page cache may show what is not on the disk, and the next sync
 * says that all is well: a process that started on it would take for durable what is not. So it ends and stays out.
 */
export class FailedDiskError extends StartRefused {
  constructor(location: string, found: string) {
    super(
      `the disk of ${location} fails: ${found}. ` +
        'Put a sound one in its place, without that directory, and start again: this catalog comes back from the others',
    );
  }
}

/** The disk is full: a passing fault, beside which everything that was written can be read. */
export class FullDiskError extends Error {
  /** The operating system's own words. */
  readonly words: string;

  constructor(location: string, words: string) {
    super(`the disk of ${location} is full: ${words}`);
    this.name = 'FullDiskError';
    this.words = words;
  }
}

/** There is room on a disk that was full, which only a process that starts anew can use. */
export class RoomAgainError extends Error {
  constructor(location: string) {
    super(`there is room again for ${location}, which was full: the catalog starts anew`);
    this.name = 'RoomAgainError';
  }
}

/** What the store's caller is told of an error. */
export function asDiskFault(error: unknown, found: string, location: string): unknown {
  if (UNTRUSTED.test(found)) return new FailedDiskError(location, found);
  const [words] = FULL.exec(found) ?? [];
  return words === undefined ? error : new FullDiskError(location, words);
}
