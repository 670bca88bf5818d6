import type { Clock } from '../../runtime/clock.ts';
import type { Replica } from '../replica/replica.ts';
import { MAX_STEP_MS, stampOf } from './log-time.ts';
import type { CatalogState } from './state.ts';

/**
 * Holds that are due end with whatever entry is applied next. Where none comes, a caretaker of the log proposes an empty
 * one: once something is due, and otherwise only so often that its stamps in the log do not lie further apart than one of
 * them may move its time.
 */
export interface HoldExpiry {
  /** To be called now and then. */
  look(): void;
}

export function createHoldExpiry(options: {
  readonly replica: Replica;
  readonly state: () => Pick<CatalogState, 'firstHold' | 'logTime'>;
  readonly clock: Clock;
}): HoldExpiry {
  const { replica, state, clock } = options;
  return {
    look() {
      const { firstHold, logTime } = state();
      if (firstHold === undefined || !replica.isCaretaker || replica.unapplied > 0) return;
      const own = stampOf(logTime, replica.stampedBy);
      const passed = own ? clock.now() - own.at : -1;
      const isNear = passed >= 0 && passed < MAX_STEP_MS / 2;
      if (own && isNear && own.time + passed < firstHold.due) return;
      replica.note({ kind: 'tick' });
    },
  };
}
