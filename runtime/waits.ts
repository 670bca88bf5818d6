import type { Clock, Timer } from './clock.ts';
import { BazarError } from './errors.ts';

/** Waiting that leaves no timer behind: `end` cuts every wait short, and later ones do not begin. */
export interface Waits {
  readonly ended: boolean;
  /** Resolves after `ms` milliseconds, or at the end. */
  pause(ms: number): Promise<void>;
  /** What `promise` comes to, or a `timeout` after `ms` milliseconds. */
  atMost<T>(promise: Promise<T>, ms: number): Promise<T>;
  end(): void;
}

export function createWaits(clock: Clock): Waits {
  const pending = new Map<Timer, () => void>();
  let ended = false;

  /** Calls `over` once: after `ms`, or at the end. Returns what takes it back. */
  function wait(ms: number, over: () => void): () => void {
    if (ended) {
      over();
      return () => {};
    }
    const timer = clock.setTimeout(() => {
      pending.delete(timer);
      over();
    }, ms);
    pending.set(timer, over);
    return () => {
      pending.delete(timer);
      clock.clearTimeout(timer);
    };
  }

  return {
    get ended() {
      return ended;
    },
    pause: (ms) => new Promise((resolve) => void wait(ms, resolve)),
    atMost(promise, ms) {
      return new Promise((resolve, reject) => {
        const forget = wait(ms, () => reject(new BazarError('timeout')));
        promise.finally(forget).then(resolve, reject);
      });
    },
    end() {
      ended = true;
      for (const [timer, over] of pending) {
        clock.clearTimeout(timer);
        over();
      }
      pending.clear();
    },
  };
}
