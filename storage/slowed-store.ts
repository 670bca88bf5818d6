import type { Clock } from '../runtime/clock.ts';
import type { Store } from './store.ts';

/** A store whose disk can be made slow for a while, for the lab. */
export interface SlowedStore extends Store {
  /** Each write that begins within `forMs` takes `extraMs` longer; 0 ends it. */
  slow(extraMs: number, forMs: number): void;
}

export function slowedStore(store: Store, clock: Pick<Clock, 'monotonic' | 'setTimeout'>): SlowedStore {
  let extraMs = 0;
  let until = 0;
  return {
    location: store.location,
    get: (key) => store.get(key),
    pages: (range, pageSize) => store.pages(range, pageSize),
    clear: (range) => store.clear(range),
    hasRoom: (bytes) => store.hasRoom(bytes),
    close: () => store.close(),
    async write(operations) {
      if (extraMs > 0 && clock.monotonic() < until) {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, extraMs));
      }
      await store.write(operations);
    },
    slow(extra, forMs) {
      extraMs = extra;
      until = clock.monotonic() + forMs;
    },
  };
}
