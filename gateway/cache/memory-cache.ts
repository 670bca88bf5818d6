import { LRUCache } from 'lru-cache';

/** An answer that a catalog gave, as the caches keep it. Never changed: a newer one takes its place. */
export interface CacheEntry<T> {
  readonly value: T;
  /** Log index of the last change of the value; 0 where there is nothing. */
  readonly version: number;
  /** Log index the value is known to be current at. */
  readonly asOf: number;
}

/** What an entry costs beside its key and its value, about. */
const ENTRY_BYTES = 200;

/** The cache inside the process: bounded, the least recently used entry leaves first. It never looks at time. */
export interface MemoryCache<Key, T> {
  get(key: Key): CacheEntry<T> | undefined;
  /** The same, without counting as a use. */
  peek(key: Key): CacheEntry<T> | undefined;
  /** Keeps the newer of `entry` and what is there, and returns it. Nothing else is ever deleted or overwritten. */
  put(key: Key, entry: CacheEntry<T>): CacheEntry<T>;
}

/** At most `entries`; where `sized` is given, those of at most `maxBytes` together. */
export function createMemoryCache<Key extends string | number, T>(
  entries: number,
  sized?: { readonly maxBytes: number; readonly bytesOf: (value: T) => number },
): MemoryCache<Key, T> {
  const cache = new LRUCache<Key, CacheEntry<T>>({
    max: entries,
    ...(sized && {
      maxSize: sized.maxBytes,
      sizeCalculation: ({ value }, key) => sized.bytesOf(value) + 2 * String(key).length + ENTRY_BYTES,
    }),
  });
  return {
    get: (key) => cache.get(key),
    peek: (key) => cache.peek(key),
    put(key, entry) {
      const held = cache.peek(key);
      if (held && held.asOf >= entry.asOf) return held;
      cache.set(key, entry);
      return entry;
    },
  };
}
