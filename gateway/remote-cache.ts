import { z } from 'zod';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Logger } from '../runtime/logger.ts';
import { createBreaker } from './breaker.ts';
import type { KeyValueServer } from './key-value-server.ts';
import type { Entry } from './memory-cache.ts';
import { createWaits } from './waits.ts';

/**
 * The cache that gateways share, behind the one in the process. It only ever saves time: it answers within
 * `redisTimeoutMs` or not at all, and a write to it is forgotten about.
 *
 * Keys carry the cluster's id and the server's run id. What a restarted or restored server brings back lies under
 * the run id of a former life, where nobody looks: the prefix is dropped the moment the connection closes, and
 * asked for anew on the next one.
 */
export interface RemoteCache {
  /** True while it is asked: connected, its run id known, and not failing. */
  readonly usable: boolean;
  /** The entry under `key` if its value is a `value`. Never rejects. */
  get<T>(key: string, value: z.ZodType<T>): Promise<Entry<T> | undefined>;
  /** Writes soon, the newest entry of a key only, and unless the server holds a newer one. */
  put(key: string, entry: Entry<unknown>): void;
  stop(): Promise<void>;
}

const Envelope = z.object({
  version: z.int().min(0),
  asOf: z.int().min(0),
  value: z.unknown(),
});

export function createRemoteCache(options: {
  server: KeyValueServer;
  /** The cluster's id. */
  cluster: string;
  clock: Clock;
  limits: Limits;
  logger: Logger;
}): RemoteCache {
  const { server, cluster, clock, limits, logger } = options;
  const waits = createWaits(clock);
  const breaker = createBreaker({ clock, failures: limits.redisFailures, pauseMs: limits.redisPauseMs });
  /** Entries to be written, the newest of each key. */
  const waiting = new Map<string, Entry<unknown>>();
  let prefix: string | undefined;
  /** Counts connections, so that an answer of a former one is not taken for this one's. */
  let connection = 0;
  /** Commands the server has not answered, those included that nobody waits for any more. */
  let unanswered = 0;
  let gathering: Timer | undefined;

  /** One command: its answer, or undefined if there is none in time or the connection has changed. */
  async function command<T>(run: () => Promise<T>): Promise<T | undefined> {
    if (unanswered >= limits.redisMaxPending || !breaker.allows()) return undefined;
    const before = connection;
    unanswered++;
    try {
      const answer = await waits.atMost(
        run().finally(() => unanswered--),
        limits.redisTimeoutMs,
      );
      breaker.succeeded();
      return before === connection ? answer : undefined;
    } catch (error) {
      if (before === connection) breaker.failed();
      if (logger.isLevelEnabled('debug')) logger.debug({ err: error }, 'no answer of the remote cache');
      return undefined;
    }
  }

  async function learnPrefix(): Promise<void> {
    const mine = connection;
    while (mine === connection && server.ready && !waits.ended) {
      const runId = await command(() => server.runId());
      if (runId !== undefined) {
        prefix = `${cluster}:${runId}:`;
        logger.info('the remote cache is in use');
        return;
      }
      await waits.pause(limits.redisPauseMs);
    }
  }

  async function flush(): Promise<void> {
    const entries = [...waiting];
    waiting.clear();
    const under = prefix;
    if (under !== undefined) {
      await Promise.all(
        entries.map(([key, entry]) =>
          command(() =>
            server.putIfNewer(under + key, entry.asOf, JSON.stringify(entry), limits.redisExpirySeconds),
          ),
        ),
      );
    }
    gathering = undefined;
    if (waiting.size > 0) gather();
  }

  function gather(): void {
    if (!waits.ended) gathering ??= clock.setTimeout(() => void flush(), limits.redisGatherMs);
  }

  server.observe({
    ready() {
      connection++;
      breaker.succeeded();
      void learnPrefix();
    },
    closed() {
      connection++;
      if (prefix !== undefined) logger.warn('the remote cache is out of reach');
      prefix = undefined;
      waiting.clear();
    },
  });
  if (server.ready) void learnPrefix();

  return {
    get usable() {
      return prefix !== undefined && breaker.closed;
    },
    async get<T>(key: string, value: z.ZodType<T>) {
      const under = prefix;
      if (under === undefined) return undefined;
      const text = await command(() => server.get(under + key));
      return text ? decode(text, value) : undefined;
    },
    put(key, entry) {
      if (prefix === undefined) return;
      const held = waiting.get(key);
      if (held ? held.asOf >= entry.asOf : waiting.size >= limits.redisMaxPending) return;
      waiting.set(key, entry);
      gather();
    },
    async stop() {
      waits.end();
      clock.clearTimeout(gathering);
      await server.close();
    },
  };
}

function decode<T>(text: string, value: z.ZodType<T>): Entry<T> | undefined {
  try {
    const entry = Envelope.parse(JSON.parse(text));
    return { ...entry, value: value.parse(entry.value) };
  } catch {
    return undefined;
  }
}
