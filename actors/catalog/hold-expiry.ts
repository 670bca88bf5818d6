import type { Clock } from '../../runtime/clock.ts';
import type { Replica } from '../raft/replica.ts';
import { MAX_STEP_MS } from './log-time.ts';
import type { CatalogState } from './state.ts';

/**
 * Holds that are due end with whatever entry is applied next. Where none comes, the leader proposes an empty one: once
 * something is due, and otherwise only so often that the stamps of the log do not lie further apart than one of them may
 * move its time.
 */
export interface HoldExpiry {
  /** To be called now and then. */
  look(): void;
}

export function createHoldExpiry(options: {
  readonly replica: Replica;
  readonly state: () => Pick<CatalogState, 'applied' | 'firstHold' | 'logTime'>;
  readonly clock: Clock;
}): HoldExpiry {
  const { replica, state, clock } = options;
  return {
    look() {
      const { applied, firstHold, logTime } = state();
      if (firstHold === undefined || replica.role !== 'leader' || !replica.caughtUp) return;
      const { raft } = replica;
      if (raft.log.lastIndex > applied.index) return;
      const passed = clock.now() - logTime.at;
      const isOwn = logTime.term === raft.term;
      const isNear = passed >= 0 && passed < MAX_STEP_MS / 2;
      if (isOwn && isNear && logTime.time + passed < firstHold.due) return;
      replica.note({ kind: 'tick' });
    },
  };
}
