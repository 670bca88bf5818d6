import type { Clock } from '../runtime/clock.ts';
import type { SyncFigures } from '../runtime/figures.ts';
import type { Store } from './store.ts';

/** A store that knows how long its synced batches take: two looks at the clock for each. */
export interface MeasuredStore extends Store {
  /** What was written since this was asked last. */
  takeFigures(): SyncFigures;
}

const NOTHING = { batches: 0, operations: 0, lastMs: 0, maxMs: 0 };

export function measuredStore(store: Store, clock: Pick<Clock, 'monotonic'>): MeasuredStore {
  let figures = { ...NOTHING };
  return {
    location: store.location,
    get: (key) => store.get(key),
    pages: (range, pageSize) => store.pages(range, pageSize),
    clear: (range) => store.clear(range),
    hasRoom: (bytes) => store.hasRoom(bytes),
    close: () => store.close(),
    async write(operations) {
      const began = clock.monotonic();
      await store.write(operations);
      const tookMs = clock.monotonic() - began;
      figures.batches += 1;
      figures.operations += operations.length;
      figures.lastMs = tookMs;
      figures.maxMs = Math.max(figures.maxMs, tookMs);
    },
    takeFigures() {
      const taken = figures;
      figures = { ...NOTHING, lastMs: taken.lastMs };
      return { ...taken, lastMs: rounded(taken.lastMs), maxMs: rounded(taken.maxMs) };
    },
  };
}

const rounded = (ms: number) => Math.round(ms * 100) / 100;
