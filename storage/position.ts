/** Where an outer log has a batch: the engine's own name for the place, which only rises, and the batch's number from 1. */
export interface LogPlace {
  readonly cursor: number;
  readonly ordinal: number;
}

/**
 * A place in the log: an entry's index, its term, and the checksum chain up to and with it. Where an outer engine orders
 * the log there are no terms (0), and `place` is the batch that the entry came in.
 */
export interface Position {
  readonly index: number;
  readonly term: number;
  readonly sum: number;
  readonly place?: LogPlace;
}

/** The place before the first entry. */
export const LOG_START: Position = { index: 0, term: 0, sum: 0 };
