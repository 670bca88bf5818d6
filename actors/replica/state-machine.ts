import type { Entry, LoggedCommand } from '../../runtime/messages.ts';
import type { Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';

export type { Position };

/** What one entry did: the result for its proposer (null for a no-op) and what it changed. */
export interface Applied<Result, Change> {
  readonly result: Result | null;
  readonly changes: readonly Change[];
}

/** A committed entry; a leader's no-op has no command. */
export type Committed<Command> = Omit<Entry, 'command'> & {
  readonly command: Command | null;
  /** In an outer log: who gave `at`, the batch it came in, and the last batch that its sender had applied. */
  readonly outer?: { readonly by: string; readonly ordinal: number; readonly seen: number };
};

/**
 * The port between a replica, whatever engine orders its log, and what it replicates. Applying is synchronous, in log order, and depends on
 * nothing but the state and the entry. Effects are visible to reads at once; they reach the disk when the driver
 * puts `takeOperations()` into its next synced batch. No engine looks into commands, results or changes.
 */
export interface StateMachine<Command = LoggedCommand, Result = unknown, Change = unknown> {
  /** The last applied entry. */
  readonly applied: Position;
  /** Equal at equal applied index on every replica. */
  readonly digest: string;
  apply(position: Position, entry: Committed<Command>): Applied<Result, Change>;
  /** How much the next `takeOperations()` gives, in operations and, roughly, in characters. */
  readonly untaken: { readonly operations: number; readonly bytes: number };
  /**
   * The records changed since the last call and the applied position, as one atomic group of operations; empty
   * if nothing was applied. The caller must write it whole, and call `persisted` when it is durable.
   */
  takeOperations(): StoreOperation[];
  /** Everything up to the last `takeOperations()` is durable. */
  persisted(): void;

  /** Where records of this state lie in the store; a snapshot is this range. */
  readonly prefix: string;
  /** The position and the sums that the records on disk are at, read together with them from `store`. */
  readPersisted(store: Store): ({ readonly position: Position } & RecordSums) | undefined;
  /** An empty state under the next prefix, to be filled from a snapshot. */
  restore(): Restoring<StateMachine<Command, Result, Change>>;
}

/** The two sums over a state's records. Replicas are compared by the digest; the checksum costs less to make. */
export interface RecordSums {
  readonly digest: string;
  readonly checksum: number;
}

export type SnapshotRecord = readonly [key: string, value: string | null];

/** A state being built from a snapshot's records, whose keys are given without the prefix. */
export interface Restoring<State = StateMachine> {
  /** Where the new records lie; whatever an abandoned transfer left there is cleared before the first `accept`. */
  readonly prefix: string;
  /**
   * Takes some records in and returns the operations that store them under the new prefix. They must be durable before
   * the state is amended or finished.
   */
  accept(records: readonly (readonly [key: string, value: string])[]): StoreOperation[];
  /**
   * As `accept`, for records that may have been given before; null stands for one that is gone. The finished state finds
   * these, durable or not; those given before must be durable.
   */
  amend(records: readonly SnapshotRecord[]): StoreOperation[];
  /**
   * The finished state as of `at`; nothing if its records do not have this checksum, by which the digest is known to be
   * theirs. `switchOver` makes it the one that a restart loads.
   */
  finish(at: Position, sums: RecordSums): { state: State; switchOver: StoreOperation[] } | undefined;
}
