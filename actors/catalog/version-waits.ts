import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';

/**
 * Reads that want a version which is not applied yet. They wait a little, because it is mostly on its way, and
 * then fail as `behind`, so that the gateway can try another replica.
 */
export interface VersionWaits {
  /**
   * What `show` gives in the very moment in which `index` is applied, before anything later is. Rejects with
   * `behind` at `deadline` (monotonic ms), with `overloaded` if too many wait.
   */
  until<T>(index: number, deadline: number, show: () => T | Promise<T>): Promise<T>;
  /** Everything up to `index` is applied. */
  reached(index: number): void;
  stop(): void;
}

interface Wait {
  readonly index: number;
  readonly deadline: number;
  readonly show: () => void;
  readonly reject: (error: BazarError) => void;
}

export function createVersionWaits(options: { clock: Clock; limits: Limits }): VersionWaits {
  const { clock, limits } = options;
  let waits: Wait[] = [];
  /** No wait is for an index below this one. */
  let lowest = Number.POSITIVE_INFINITY;
  let ticking = false;
  let stopped = false;

  function settle(done: (wait: Wait) => boolean, finish: (wait: Wait) => void): void {
    const settled = waits.filter(done);
    waits = waits.filter((wait) => !done(wait));
    lowest = waits.reduce((least, { index }) => Math.min(least, index), Number.POSITIVE_INFINITY);
    for (const wait of settled) finish(wait);
  }

  function tick(): void {
    ticking = false;
    if (stopped) return;
    const now = clock.monotonic();
    settle(
      ({ deadline }) => deadline <= now,
      ({ reject }) => reject(new BazarError('behind')),
    );
    keepTicking();
  }

  function keepTicking(): void {
    if (ticking || waits.length === 0) return;
    ticking = true;
    clock.setTimeout(tick, limits.tickMs);
  }

  return {
    until<T>(index: number, deadline: number, show: () => T | Promise<T>): Promise<T> {
      if (stopped) return Promise.reject(new BazarError('draining'));
      if (waits.length >= limits.maxPendingReads) return Promise.reject(new BazarError('overloaded'));
      lowest = Math.min(lowest, index);
      // What `show` throws is for its asker alone, not for whoever reports the index.
      const answer = async () => show();
      const waiting = new Promise<T>((resolve, reject) => {
        waits.push({ index, deadline, show: () => resolve(answer()), reject });
      });
      keepTicking();
      return waiting;
    },
    reached(index) {
      if (index < lowest) return;
      settle(
        (wait) => wait.index <= index,
        ({ show }) => show(),
      );
    },
    stop() {
      stopped = true;
      settle(
        () => true,
        ({ reject }) => reject(new BazarError('draining')),
      );
    },
  };
}
