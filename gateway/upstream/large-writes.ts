import type { Clock } from '../../runtime/clock.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import { createTurnstile } from '../../runtime/turnstile.ts';

/**
 * Additions of many books, each of which occupies every catalog for a while. They take turns, so that purchases and the
 * leader's heartbeats get theirs, and those that are let in end before their clients have given them up.
 */
export interface LargeWrites {
  /**
   * Does `work`, which adds so many books, when its turn comes. Rejects with `overloaded`, and has done nothing, where that
   * is not within `largeWriteWaitMs`.
   */
  inTurn<T>(books: number, work: () => Promise<T>): Promise<T>;
  stop(): void;
}

export function createLargeWrites(limits: Limits, clock: Clock): LargeWrites {
  const turnstile = createTurnstile({
    clock,
    inWork: limits.maxLargeWrites,
    waiting: limits.maxLargeWritesWaiting,
    bytesPerSecond: Number.POSITIVE_INFINITY,
  });

  async function enter(): Promise<() => void> {
    try {
      const leave = await turnstile.enter({ group: '' }, clock.monotonic() + limits.largeWriteWaitMs);
      return () => leave(0);
    } catch (error) {
      const { code } = asBazarError(error);
      if (code !== 'overloaded') throw error;
      throw new BazarError(code, 'Too many books are being added at once; ask again in a moment.');
    }
  }

  return {
    async inTurn(books, work) {
      if (books < limits.largeWriteBooks) return work();
      const leave = await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    stop: turnstile.stop,
  };
}
