/**
 * How a data directory is laid out: `cluster.json` and the records of each catalog's disk. Format 0 is that of the
 * versions before there was a number. A later one than this program's is refused, an earlier one is migrated.
 */
export const FORMAT = 1;

/** The version of this program, as `package.json` has it: what a data directory says of who wrote it last. */
export const PROGRAM_VERSION = '0.1.0';
