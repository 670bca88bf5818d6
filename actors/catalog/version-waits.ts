import type { Clock } from '../../runtime/clock.ts';
import { createDeadlineWheel } from '../../runtime/deadline-wheel.ts';
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
  const waits = new Set<Wait>();
  /** No wait is for an index below this one. */
  let lowest = Number.POSITIVE_INFINITY;
  let stopped = false;
  const deadlines = createDeadlineWheel<Wait>(clock, limits.tickMs, (wait) => {
    waits.delete(wait);
    wait.reject(new BazarError('behind'));
  });

  return {
    until<T>(index: number, deadline: number, show: () => T | Promise<T>): Promise<T> {
      if (stopped) return Promise.reject(new BazarError('draining'));
      if (waits.size >= limits.maxPendingReads) return Promise.reject(new BazarError('overloaded'));
      lowest = Math.min(lowest, index);
      // What `show` throws is for its asker alone, not for whoever reports the index.
      const answer = async () => show();
      return new Promise<T>((resolve, reject) => {
        const wait = { index, deadline, show: () => resolve(answer()), reject };
        waits.add(wait);
        deadlines.add(wait);
      });
    },
    reached(index) {
      if (index < lowest) return;
      const settled = [...waits].filter((wait) => wait.index <= index);
      for (const wait of settled) {
        waits.delete(wait);
        deadlines.delete(wait);
      }
      lowest = Number.POSITIVE_INFINITY;
      for (const wait of waits) lowest = Math.min(lowest, wait.index);
      for (const { show } of settled) show();
    },
    stop() {
      stopped = true;
      deadlines.close();
      for (const { reject } of waits) reject(new BazarError('draining'));
      waits.clear();
    },
  };
}
