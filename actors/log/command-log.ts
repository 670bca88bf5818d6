/**
 * The port of an engine that orders commands for all catalogs: what it must do, whichever it is. Its suite is
 * `test/log/command-log-suite.ts`. A replica over it (`log-replica.ts`) needs no leader and no votes among the catalogs:
 * any of them appends, at least once, and all follow the one order.
 */

/** A place in the engine; a safe integer that only rises. 0 is before the first batch. */
export type LogCursor = number;

/** Before the first batch. */
export const LOG_BEGIN = { cursor: 0, ordinal: 0 };

/** The format of batches, and the rules of who may append what. A node that meets a higher one ends, and never skips it. */
export const LOG_LEVEL = 1;

/** What is appended as one: the commands of a turn of the event loop. */
export interface LogBatch<Command = unknown> {
  /** `<catalog>.<incarnation>.<number>`; never used again. */
  readonly id: string;
  readonly level: number;
  /** Wall time of the one who appends, in ms. */
  readonly at: number;
  /** The ordinal of the last batch that it had applied then. */
  readonly seen: number;
  /** At most `maxLogBatchCommands`, and `maxLogBatchBytes` encoded unless a single one is larger. */
  readonly commands: readonly Command[];
}

/** A batch as the log delivers it. */
export interface CommittedBatch<Command = unknown> extends LogBatch<Command> {
  readonly cursor: LogCursor;
  /** Dense from 1. */
  readonly ordinal: number;
  /** The checksum of its text, and its length in characters. */
  readonly sum: number;
  readonly bytes: number;
}

/**
 * Why a log cannot be followed: what comes next was let go of (`trimmed`); it is not there (`gap`); it is not what was
 * written (`damaged`); the engine ends before what it has once delivered (`regressed`); or its format is newer (`newer`).
 */
export type BrokenLog = 'trimmed' | 'gap' | 'damaged' | 'regressed' | 'newer';

export interface LogFollower<Command = unknown> {
  batch(batch: CommittedBatch<Command>): void;
  /** Nothing more is delivered. `words` are for people: the engine, the place, what was found. */
  broken(reason: BrokenLog, words: string): void;
}

export interface Following {
  /** Nothing is delivered until `resume`, apart from what was on its way: at most one frame of the engine. */
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface CommandLog<Command = unknown> {
  /** Its own word, by which people are told what orders the log. */
  readonly engine: string;
  /** For people: which engine, where. */
  readonly name: string;
  readonly beginning: LogBeginning;
  /**
   * Appends at least once. Resolves when the batch would survive the loss of any minority of the engine's machines, power
   * included. Rejects with a `BazarError` of outcome `none` (it is not there and never will be) or `unknown` (it may be,
   * or may still come). It may resolve before or after the batch is delivered. `deadline` is monotonic ms.
   */
  append(batch: LogBatch<Command>, deadline: number): Promise<void>;
  /**
   * Delivers every batch after `from`, in one order that is the same for all, each once, and goes on after any loss of
   * connection from where it was. It never skips: what it cannot deliver is `broken`.
   */
  follow(
    from: { readonly cursor: LogCursor; readonly ordinal: number },
    follower: LogFollower<Command>,
  ): Following;
  /** The ordinal of the last batch: everything that was acknowledged before this call is at or below it. Rejects with `none`. */
  barrier(deadline: number): Promise<number>;
  /** Lets go of the batches up to `cursor`. Idempotent. */
  trim(cursor: LogCursor): Promise<void>;
  readonly board: Board;
  close(): Promise<void>;
}

/**
 * Where a log begins: after entry `index` of the state. The first log of a store begins after nothing; one that was begun
 * from a backup or a migration has the next number, and who lacks that entry needs a state, not a log.
 */
export interface LogBeginning {
  readonly generation: number;
  readonly index: number;
}

export const FIRST_BEGINNING: LogBeginning = { generation: 1, index: 0 };

/** The record of the board that says where the log of the store begins; without it, it is the first. */
export const BEGINNING_RECORD = 'beginning';

/** Small shared records beside the log, not ordered with it: who is there, how far each is. */
export interface Board {
  /** Sets a record; with `ttlMs` it goes when its writer has not put it again for so long. */
  put(key: string, value: string, ttlMs?: number): Promise<void>;
  /**
   * Sets a record if it still is `before` (undefined: is not there), which no two do with one `before`. Resolves to whether
   * it is `value` now; no other may be the same.
   */
  replace(key: string, before: string | undefined, value: string): Promise<boolean>;
  /** The records under a prefix, by key. */
  list(prefix: string): Promise<ReadonlyMap<string, string>>;
}
