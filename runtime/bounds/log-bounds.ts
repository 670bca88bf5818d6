import { bound, KIB } from './bound.ts';

/** The bounds of a command log that an outer engine orders. */
export const LOG_BOUNDS = {
  maxLogBatchCommands: bound(500, 'commands in one batch of an outer log'),
  maxLogBatchBytes: bound(512 * KIB, 'bytes of the commands of such a batch, unless a single one is larger'),
  maxLogBatchesInFlight: bound(
    4,
    'batches of one catalog that are on their way to the engine; what comes meanwhile is gathered',
  ),
  logRetryMs: bound(50, 'ms before a batch whose fate is unknown is appended again'),
  logNoteMs: bound(10_000, "ms for which a catalog's own note is appended again, before it is given up"),
  logContactMs: bound(250, 'ms between two questions for the end of an outer log where no read asks'),
  logPositionMs: bound(5_000, 'ms between two times that a catalog tells on the board how far it is'),
  comparedEveryEntries: bound(
    10_000,
    'entries between two places at which the states of all catalogs are compared',
  ),
  forgottenCatalogMs: bound(
    24 * 60 * 60 * 1000,
    'ms that a catalog may say nothing before the log is let go of without it',
  ),
  maxDeliveredBytes: bound(
    4 * 1024 * KIB,
    'bytes of delivered batches that wait to be applied, at which the engine is asked to pause',
  ),
};
