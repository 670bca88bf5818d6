import type { Clock } from '../../runtime/clock.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { StateMachine } from '../replica/state-machine.ts';
import type { Raft } from './core/raft.ts';

/**
 * Applies what is committed, in slices. A slice ends where the turn of the event loop has had its share of work or of
 * time, so that ticks, heartbeats and pings get through, and where the effects that no batch has taken yet fill a batch. So
 * what is committed may be applied later: nobody may take the one for the other.
 */
export interface Applier {
  /** Applies committed entries until there are none, or a bound is reached. */
  proceed(): void;
  /** Another turn of the event loop begins. */
  renewTurn(): void;
  /** Committed entries wait for nothing but the next turn. */
  readonly isReady: boolean;
}

export function createApplier<Result, Change>(options: {
  readonly raft: Raft;
  readonly clock: Clock;
  readonly state: () => StateMachine<LoggedCommand, Result, Change>;
  readonly applied: (index: number, result: Result | null, changes: readonly Change[]) => void;
}): Applier {
  const { raft, clock, state } = options;
  const { limits } = raft;
  /** Entries and effects of this turn, and the entries' bytes. */
  let work = 0;
  let bytes = 0;
  /** Milliseconds of this turn. */
  let spent = 0;

  function isReady(): boolean {
    if (state().applied.index >= raft.commit) return false;
    const { untaken } = state();
    return untaken.operations < limits.maxBatchOperations && untaken.bytes < limits.maxBatchBytes;
  }

  function hasShare(): boolean {
    return (
      work < limits.maxAppliedPerTurn && bytes < limits.maxAppliedBytesPerTurn && spent < limits.maxApplyMs
    );
  }

  function applyNext(): void {
    const current = state();
    const index = current.applied.index + 1;
    const entry = raft.log.entry(index)!;
    const before = current.untaken.operations;
    const { result, changes } = current.apply({ index, term: entry.term, sum: entry.sum }, entry);
    work += 1 + Math.max(0, current.untaken.operations - before);
    bytes += entry.bytes;
    options.applied(index, result, changes);
  }

  return {
    proceed() {
      const began = clock.monotonic() - spent;
      while (hasShare() && isReady()) {
        applyNext();
        spent = clock.monotonic() - began;
      }
    },
    renewTurn() {
      work = 0;
      bytes = 0;
      spent = 0;
    },
    get isReady() {
      return isReady();
    },
  };
}
