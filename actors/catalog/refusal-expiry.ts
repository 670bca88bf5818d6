import type { Clock } from '../../runtime/clock.ts';
import type { Refusal } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Replica } from '../replica/replica.ts';
import type { CatalogState } from './state.ts';

/**
 * Refused orders are forgotten after `keepRefusalsMs`. When that is, only a caretaker of the log says, and names them in the log:
 * so no replica looks at a clock to apply it, and all forget the same at the same index. One entry is on its way at a
 * time, and there is none where nothing is due.
 */
export interface RefusalExpiry {
  /** To be called now and then. */
  look(): void;
}

export function createRefusalExpiry(options: {
  readonly replica: Replica;
  readonly state: () => CatalogState;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
}): RefusalExpiry {
  const { replica, state, clock, limits, logger } = options;
  let reading = false;
  let nextLookAt = 0;
  /** The last of those that are named in an entry which is not applied yet, and the epoch of that note. */
  let awaited: { readonly refusal: Refusal; readonly epoch: number } | undefined;

  function isAwaiting(): boolean {
    return (
      awaited !== undefined && awaited.epoch === replica.noteEpoch && state().refusals.has(awaited.refusal)
    );
  }

  function propose(due: readonly Refusal[]): void {
    const last = due.at(-1);
    if (last === undefined) nextLookAt = clock.monotonic() + limits.expiryLookMs;
    else if (replica.isCaretaker) {
      replica.note({ kind: 'expire', refusals: [...due] });
      awaited = { refusal: last, epoch: replica.noteEpoch };
    }
  }

  return {
    look() {
      if (reading || !replica.isCaretaker || isAwaiting()) return;
      if (clock.monotonic() < nextLookAt) return;
      reading = true;
      state()
        .refusals.until(clock.now() - limits.keepRefusalsMs, limits.maxExpiredPerEntry)
        .then(propose)
        .catch((error) => {
          nextLookAt = clock.monotonic() + limits.expiryLookMs;
          logger.debug({ err: error }, 'the refusals that are due could not be read');
        })
        .finally(() => {
          reading = false;
        });
    },
  };
}
