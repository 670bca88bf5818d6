import { LRUCache } from 'lru-cache';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import { topicKey } from '../../runtime/topic.ts';
import type { GatewayService, Served, TitlesPage } from '../service.ts';

/**
 * Topics that were found to be too large for a light answer. A topic only grows, so what is known stays true, and its
 * searches wait for their turn before a catalog is asked.
 */
export interface LargeTopics {
  /** The default search of a topic that is small, read without a turn; undefined for a large one, which needs it. */
  searchLightly(topic: string): Promise<Served<TitlesPage> | undefined>;
}

/** Topics remembered; one that is forgotten is asked about once more. */
const REMEMBERED = 10_000;

export function createLargeTopics(
  service: Pick<GatewayService, 'search'>,
  limits: Pick<Limits, 'lightAnswerBytes'>,
): LargeTopics {
  const large = new LRUCache<string, true>({ max: REMEMBERED });
  return {
    async searchLightly(topic) {
      const key = topicKey(topic);
      if (large.has(key)) return undefined;
      try {
        const served = await service.search(topic, { lightOnly: true });
        if (served.value.bytes <= limits.lightAnswerBytes) return served;
      } catch (error) {
        if (!(error instanceof BazarError && error.code === 'too-large')) throw error;
      }
      large.set(key, true);
      return undefined;
    },
  };
}
