import type { Params } from '../gateway/bridge/operations/index.ts';
import { StockAnswer } from '../runtime/api.ts';

/** Which books to watch: some by id, or a whole topic. */
export type StockFilter = Params<'subscribe'>;

/** The subscriptions of one client, across reconnections. */
export interface StockSubscriptions {
  /** Starts watching; resolves to the present states. Later ones go to the listeners. */
  add(filter: StockFilter): Promise<readonly StockAnswer[]>;
  /** Stops watching what the very same filter object had started. */
  remove(filter: StockFilter): Promise<void>;
  /** Calls `changed` with every newer state; returns the unsubscriber. */
  listen(changed: (state: StockAnswer) => void): () => void;
  /** A `stock` notification has come. */
  notified(params: unknown): void;
  /** A new connection is open: subscribes to everything anew and delivers what was missed. */
  renew(): void;
}

/**
 * A listener sees each book's states in version order and none twice: whatever arrives, from a notification or
 * from a renewed subscription, counts only if it is newer than what was seen.
 */
export function createStockSubscriptions(options: {
  readonly subscribe: (filter: StockFilter) => Promise<readonly StockAnswer[]>;
  readonly unsubscribe: (filter: StockFilter) => Promise<void>;
  /** A subscription could not be renewed; a new connection must be tried. */
  readonly renewalFailed: (error: unknown) => void;
}): StockSubscriptions {
  const { subscribe, unsubscribe, renewalFailed } = options;
  const filters = new Set<StockFilter>();
  const listeners = new Set<(state: StockAnswer) => void>();
  const latest = new Map<number, StockAnswer>();

  function deliver(state: StockAnswer): void {
    const known = latest.get(state.id);
    if (known && known.version >= state.version) return;
    latest.set(state.id, state);
    for (const changed of listeners) changed(state);
  }

  return {
    async add(filter) {
      const books = await subscribe(filter);
      filters.add(filter);
      for (const state of books) {
        if (latest.has(state.id)) deliver(state);
        else latest.set(state.id, state);
      }
      return books.map((state) => latest.get(state.id) ?? state);
    },
    async remove(filter) {
      if (!filters.delete(filter)) return;
      if (filters.size === 0) latest.clear();
      await unsubscribe(filter);
    },
    listen(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    notified(params) {
      const state = StockAnswer.safeParse(params).data;
      if (state) deliver(state);
    },
    renew() {
      for (const filter of filters) {
        subscribe(filter).then((books) => books.forEach(deliver), renewalFailed);
      }
    },
  };
}
