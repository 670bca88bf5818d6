import { doublingMs } from '../../runtime/backoff.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Random } from '../../runtime/random.ts';
import { RoomAgainError } from '../../storage/failed-disk.ts';
import type { Store } from '../../storage/store.ts';

/**
 * Looks for room on a disk that was full, and ends the process when there is some. What the disk has is then read and
 * checked by a new one; the store of this one is not written any more. The pauses double, and chance shortens each by
 * up to a half, so that not all catalogs of one disk are away at once.
 */
export interface RoomWatch {
  /** The disk is full; may be said again. */
  start(): void;
  stop(): void;
}

export function createRoomWatch(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Pick<Limits, 'freeDiskBytes' | 'roomLookBaseMs' | 'roomLookCapMs'>;
  /** There is room, or the disk has failed. */
  readonly end: (error: unknown) => void;
}): RoomWatch {
  const { store, clock, random, limits, end } = options;
  const backoff = { baseMs: limits.roomLookBaseMs, capMs: limits.roomLookCapMs };
  let looks = 0;
  let timer: Timer;
  let stopped = false;

  function lookLater(): void {
    const longest = doublingMs(++looks, backoff);
    timer = clock.setTimeout(look, longest * (1 - random.next() / 2));
  }

  function look(): void {
    store.hasRoom(limits.freeDiskBytes).then((hasRoom) => {
      if (stopped) return;
      if (hasRoom) end(new RoomAgainError(store.location));
      else lookLater();
    }, end);
  }

  return {
    start() {
      if (looks === 0 && !stopped) lookLater();
    },
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
    },
  };
}
