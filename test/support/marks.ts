/** What a process that runs several test files writes to its output where one has ended, before the exit code that it would have had alone. */
export const END = '\x1f';
/** What follows, on both its outputs, before the next file begins. */
export const NEXT = '\x1e';
