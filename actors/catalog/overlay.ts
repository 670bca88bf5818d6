import type { Operation, Store } from '../../storage/store.ts';

type KeyedText = readonly [key: string, value: string];

/**
 * The records under one prefix of the store, those included that are not durable yet. They go through two
 * generations: `fresh`, until they are taken into a batch, and `inFlight`, until that batch is durable. A record
 * leaves the second only when the store has it, so a read finds it at every moment. Keys are without the prefix.
 */
export class Overlay {
  readonly #store: Store;
  readonly #prefix: string;
  #fresh = new Map<string, string>();
  #inFlight = new Map<string, string>();
  #freshBytes = 0;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** What the next `take()` gives: its operations, and their characters at most. */
  get untaken(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#fresh.size, bytes: this.#freshBytes };
  }

  get(key: string): string | undefined {
    return this.#fresh.get(key) ?? this.#inFlight.get(key) ?? this.#store.get(this.#prefix + key);
  }

  put(key: string, value: string): void {
    this.#fresh.set(key, value);
    this.#freshBytes += key.length + value.length;
  }

  /** What was put since the last call, one operation per key. */
  take(): Operation[] {
    const taken = this.#fresh;
    this.#fresh = new Map();
    this.#freshBytes = 0;
    const operations: Operation[] = [];
    for (const [key, value] of taken) operations.push({ type: 'put', key: this.#prefix + key, value });
    if (this.#inFlight.size === 0) this.#inFlight = taken;
    else for (const [key, value] of taken) this.#inFlight.set(key, value);
    return operations;
  }

  /** What was taken is durable. */
  persisted(): void {
    this.#inFlight.clear();
  }

  /** At most `limit` records with keys `after < key < before`, in key order. */
  async page(after: string, before: string, limit: number): Promise<KeyedText[]> {
    // Collected before the store is looked at: what becomes durable meanwhile is then found there.
    const found = new Map([...this.#inFlight, ...this.#fresh].filter(([key]) => key > after && key < before));
    // The least key after `after`, and so the first of a range that leaves `after` itself out.
    const range = { gte: `${this.#prefix}${after}\0`, lt: this.#prefix + before, limit };
    for await (const records of this.#store.pages(range, limit)) {
      for (const [key, value] of records) {
        const local = key.slice(this.#prefix.length);
        if (!found.has(local)) found.set(local, value);
      }
    }
    return [...found].sort(byKey).slice(0, limit);
  }
}

/** Code-unit order, which is the store's. */
function byKey([one]: KeyedText, [other]: KeyedText): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
