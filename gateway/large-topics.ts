import { LRUCache } from 'lru-cache';

/**
 * Topics that were found to be too large for a light answer. A topic only grows, so what is known stays true, and its
 * searches wait for their turn before anything is read.
 */
export interface LargeTopics {
  has(topic: string): boolean;
  add(topic: string): void;
}

/** Topics remembered; one that is forgotten is read once more before it waits. */
const REMEMBERED = 10_000;

export function createLargeTopics(): LargeTopics {
  const known = new LRUCache<string, true>({ max: REMEMBERED });
  return {
    has: (topic) => known.has(topic.toLowerCase()),
    add: (topic) => void known.set(topic.toLowerCase(), true),
  };
}
