import type { Clock } from '../../runtime/clock.ts';

/**
 * A circuit breaker (Nygard, "Release It!"): after some failures in a row nothing is tried for a while, then one
 * attempt finds out. Its own few lines because the libraries' breakers read the machine's clock.
 */
export interface Breaker {
  /** False after too many failures, until an attempt has succeeded. */
  readonly closed: boolean;
  /** Whether to try now. After a pause only one caller is told so, until its attempt has ended. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

export function createBreaker(options: { clock: Clock; failures: number; pauseMs: number }): Breaker {
  const { clock, failures, pauseMs } = options;
  let inRow = 0;
  /** Local monotonic ms; in the future while nothing is to be tried. */
  let tryAgainAt = 0;

  return {
    get closed() {
      return inRow < failures;
    },
    allows() {
      if (inRow < failures) return true;
      const now = clock.monotonic();
      if (now < tryAgainAt) return false;
      tryAgainAt = now + pauseMs;
      return true;
    },
    succeeded() {
      inRow = 0;
    },
    failed() {
      inRow++;
      if (inRow >= failures) tryAgainAt = clock.monotonic() + pauseMs;
    },
  };
}
