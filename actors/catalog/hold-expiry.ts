import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Replica } from '../replica/replica.ts';
import { stampOf } from './log-time.ts';
import type { CatalogState } from './state.ts';

/**
 * Holds that are due end with whatever entry is applied next. Where none comes, a caretaker of the log proposes an empty
 * one: once something is due, and otherwise only so often that its stamps in the log do not lie further apart than one of
 * them may move its time. Where several could, one keeps the time, and another takes it over when it stands still.
 */
export interface HoldExpiry {
  /** To be called now and then. */
  look(): void;
}

export function createHoldExpiry(options: {
  readonly replica: Replica;
  readonly state: () => Pick<CatalogState, 'firstHold' | 'logTime'>;
  readonly clock: Clock;
  readonly limits: Limits;
}): HoldExpiry {
  const { replica, state, clock, limits } = options;
  let movedAt = clock.monotonic();
  let seen = state().logTime;

  function standsStill(): boolean {
    const { logTime } = state();
    if (logTime.at !== seen.at) movedAt = clock.monotonic();
    seen = logTime;
    return clock.monotonic() - movedAt >= limits.logTimeStandstillMs;
  }

  return {
    look() {
      const { firstHold, logTime } = state();
      if (firstHold === undefined || !replica.isCaretaker || replica.unapplied > 0) return;
      const own = stampOf(logTime, replica.stampedBy);
      if (own) {
        const passed = clock.now() - own.at;
        const isNear = passed >= 0 && passed < own.most / 2;
        if (isNear && own.time + passed < firstHold.due) return;
      } else if (replica.standing.engine !== 'raft' && !standsStill()) return;
      replica.note({ kind: 'tick' });
    },
  };
}
