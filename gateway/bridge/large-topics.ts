import { LRUCache } from 'lru-cache';
import { BazarError } from '../../runtime/errors.ts';
import type { Served, TitlesPage } from '../service.ts';
import type { Context } from './context.ts';

/**
 * Topics that were found to be too large for a light answer. A topic only grows, so what is known stays true, and its
 * searches wait for their turn before a catalog is asked.
 */
export interface LargeTopics {
  has(topic: string): boolean;
  add(topic: string): void;
}

/** Topics remembered; one that is forgotten is asked about once more. */
const REMEMBERED = 10_000;

export function createLargeTopics(): LargeTopics {
  const known = new LRUCache<string, true>({ max: REMEMBERED });
  return {
    has: (topic) => known.has(topic.toLowerCase()),
    add: (topic) => void known.set(topic.toLowerCase(), true),
  };
}

/** The default search of a topic that is small, read without a turn; undefined for a large one, which needs it. */
export async function searchLightly(
  { service, largeTopics, limits }: Context,
  topic: string,
): Promise<Served<TitlesPage> | undefined> {
  if (largeTopics.has(topic)) return undefined;
  try {
    const served = await service.search(topic, { lightOnly: true });
    if (served.value.bytes <= limits.lightAnswerBytes) return served;
  } catch (error) {
    if (!(error instanceof BazarError && error.code === 'too-large')) throw error;
  }
  largeTopics.add(topic);
  return undefined;
}
