import type { Store, StoreOperation } from '../../storage/store.ts';
import { fillPage, type Page, type PageBounds } from './page.ts';

/** Records read from the store at once for a page; those of orders have up to some hundred kilobytes each. */
const PIECE_RECORDS = 16;

export type KeyedText = readonly [key: string, value: string];

/**
 * The records under one prefix of the store, those included that are not durable yet. They go through two
 * generations: `fresh`, until they are taken into a batch, and `inFlight`, until that batch is durable. A record
 * leaves the second only when the store has it, so a read finds it at every moment. Keys are without the prefix.
 */
export class Overlay {
  readonly #store: Store;
  readonly #prefix: string;
  /** Null stands for a record that is removed. */
  #fresh = new Map<string, string | null>();
  #inFlight = new Map<string, string | null>();
  #freshBytes = 0;
  /** What was found in the store last: a record that is replaced was mostly read just before. */
  #found: KeyedText | undefined;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** What the next `take()` gives: its operations, and their characters at most. */
  get untaken(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#fresh.size, bytes: this.#freshBytes };
  }

  get(key: string): string | undefined {
    const own = this.#fresh.get(key) ?? (this.#fresh.has(key) ? null : this.#inFlight.get(key));
    return own === undefined ? this.#find(key) : (own ?? undefined);
  }

  #find(key: string): string | undefined {
    if (this.#found?.[0] === key) return this.#found[1];
    const text = this.#store.get(this.#prefix + key);
    if (text !== undefined) this.#found = [key, text];
    return text;
  }

  put(key: string, value: string): void {
    this.#forget(key);
    this.#fresh.set(key, value);
    this.#freshBytes += key.length + value.length;
  }

  remove(key: string): void {
    this.#forget(key);
    this.#fresh.set(key, null);
    this.#freshBytes += key.length;
  }

  #forget(key: string): void {
    if (this.#found?.[0] === key) this.#found = undefined;
  }

  /** What was put or removed since the last call, one operation per key. */
  take(): StoreOperation[] {
    const taken = this.#fresh;
    this.#fresh = new Map();
    this.#freshBytes = 0;
    const operations: StoreOperation[] = [];
    for (const [local, value] of taken) {
      const key = this.#prefix + local;
      operations.push(value === null ? { type: 'del', key } : { type: 'put', key, value });
    }
    if (this.#inFlight.size === 0) this.#inFlight = taken;
    else for (const [key, value] of taken) this.#inFlight.set(key, value);
    return operations;
  }

  /** What was taken is durable. */
  persisted(): void {
    this.#inFlight.clear();
  }

  /** Records with keys `after < key < before`, in key order. No more are read than a piece beyond what fits. */
  async page(
    { after, before }: { readonly after: string; readonly before: string },
    bounds: PageBounds,
    bytesOf: (record: KeyedText) => number,
    checked: () => void,
    pieceRecords = PIECE_RECORDS,
  ): Promise<Page<KeyedText>> {
    // Collected before the store is looked at: what becomes durable meanwhile is then found there.
    const own = new Map([...this.#inFlight, ...this.#fresh].filter(([key]) => key > after && key < before));
    const waiting = [...own].filter((record): record is [string, string] => record[1] !== null).sort(byKey);
    const found: KeyedText[] = [];
    let bytes = 0;
    const isEnough = () => found.length > bounds.limit || bytes > bounds.maxBytes;
    const take = (record: KeyedText) => {
      found.push(record);
      bytes += bytesOf(record) + 1;
    };

    // The least key after `after`, and so the first of a range that leaves `after` itself out.
    const range = { gte: `${this.#prefix}${after}\0`, lt: this.#prefix + before, limit: bounds.limit + 1 };
    let place = 0;
    checked();
    for await (const records of this.#store.pages(range, pieceRecords)) {
      for (const [key, value] of records) {
        const local = key.slice(this.#prefix.length);
        while (place < waiting.length && waiting[place]![0] < local) take(waiting[place++]!);
        if (!own.has(local)) take([local, value]);
      }
      if (isEnough()) break;
      checked();
    }
    while (place < waiting.length && !isEnough()) take(waiting[place++]!);
    return fillPage(found, bounds, bytesOf);
  }
}

/** Code-unit order, which is the store's. */
function byKey([one]: KeyedText, [other]: KeyedText): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
