import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';

/** Milliseconds a condition may take unless a test says otherwise; far more than any machine needs. */
export const PATIENCE_MS = 30_000;

/**
 * Asks again and again until `condition` gives something other than `false` or `undefined`, and returns that.
 * An error that it throws counts as "not yet", and is the cause of the failure when time is up.
 */
export async function eventually<T>(
  what: string,
  condition: () => T | false | undefined | Promise<T | false | undefined>,
  limitMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = systemClock.monotonic() + limitMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== undefined) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (systemClock.monotonic() > giveUpAt) {
      const why = cause === undefined ? '' : ` (${cause})`;
      throw new Error(`${what}: not within ${limitMs} ms${why}`, { cause });
    }
    await sleep(20);
  }
}
