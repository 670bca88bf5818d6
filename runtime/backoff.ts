/** The bounds of pauses between tries, in milliseconds. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** The longest pause after so many failures in a row (from 1 on): it doubles with each, up to the cap. */
export function doublingMs(failures: number, { baseMs, capMs }: Backoff): number {
  return Math.min(capMs, baseMs * 2 ** Math.max(0, failures - 1));
}

/**
 * Anything from nothing to that pause, as `chance` in [0, 1) draws it, so that many who failed together do not
 * return together ("full jitter": Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function fullJitterMs(failures: number, chance: number, backoff: Backoff): number {
  return chance * doublingMs(failures, backoff);
}
