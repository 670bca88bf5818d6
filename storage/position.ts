/** A place in the log: an entry's index, its term, and the checksum chain up to and with it. */
export interface Position {
  readonly index: number;
  readonly term: number;
  readonly sum: number;
}

/** The place before the first entry. */
export const LOG_START: Position = { index: 0, term: 0, sum: 0 };
