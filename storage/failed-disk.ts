import { StartRefused } from '../runtime/errors.ts';

/** What the operating system says of a disk that cannot be trusted any more: EIO, EUCLEAN, EROFS. */
const UNTRUSTED = /Input\/output error|Structure needs cleaning|Read-only file system/i;

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

/** What the store's caller is told of an error; a full disk is a passing fault, and stays as it is. */
export function asDiskFault(error: unknown, found: string, location: string): unknown {
  return UNTRUSTED.test(found) ? new FailedDiskError(location, found) : error;
}
