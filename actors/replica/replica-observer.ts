import type { Happening } from '../../runtime/happenings.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { StateMachine } from './state-machine.ts';

/** What a replica tells the one who runs it. */
export interface ReplicaObserver<Result = unknown, Change = unknown> {
  /** Entries up to `index` have been applied; `changes` are the last one's. */
  applied(index: number, changes: readonly Change[]): void;
  /** Time has gone on by a tick. */
  ticked(): void;
  /** A snapshot has replaced the state: everything before its index is skipped. */
  replaced(state: StateMachine<LoggedCommand, Result, Change>): void;
  /** Of elections, snapshots and the disk. */
  happened(happening: Happening): void;
  /** The replica cannot go on: its disk failed or an invariant broke. The process must end. */
  failed(error: unknown): void;
}
