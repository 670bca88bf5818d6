import * as z from 'zod';
import type { Clock, Timer } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createWaits } from '../../runtime/waits.ts';
import { createBreaker } from './breaker.ts';
import { type Condition, createConditionWatch } from './condition.ts';
import { type Held, type KeyValueServer, ServerRefusal } from './key-value-server.ts';
import type { CacheEntry } from './memory-cache.ts';
import { createSealer } from './seal.ts';

/**
 * The cache that gateways share, behind the one in the process. It only ever saves time: it answers within
 * `redisTimeoutMs` or not at all, and a write to it is forgotten about.
 *
 * Keys carry the cluster's id, the store's present start and the server's run id. What a restarted or restored
 * server brings back lies under the run id of a former life, where nobody looks: the run id is dropped the moment
 * the connection closes, and asked for anew on the next one. What a store has left there that was then put back to
 * an earlier copy is its future, and lies under a former start.
 *
 * Whoever can write to the server could put anything under the right key. So an entry is sealed, and one whose seal
 * is wrong is taken away, that it may not keep a good one out.
 */
export interface RemoteCache {
  /** True while it is asked: connected, its run id and the store's start known, and not failing. */
  readonly usable: boolean;
  /** How it is, and why, for people. */
  readonly condition: Condition;
  /** Calls `changed` with each new condition, and with the one that was told last. */
  observe(changed: (condition: Condition) => void): void;
  /** The entry under `key` if its value is a `value`. Never rejects. */
  get<T>(key: string, value: z.ZodType<T>): Promise<CacheEntry<T> | undefined>;
  /** The store's present start; until it is known nothing is read or written. */
  booted(boot: string): void;
  /** Writes soon, the newest entry of a key only, and unless the server holds a newer one. */
  put(key: string, entry: CacheEntry<unknown>): void;
  stop(): Promise<void>;
}

/** Written once to each server, to know whether it can be written to before somebody needs it. */
const PROBE: CacheEntry<unknown> = { version: 0, asOf: 0, value: null };

const StoredEntry = z.object({
  version: z.int().min(0),
  asOf: z.int().min(0),
  value: z.unknown(),
});

export function createRemoteCache(options: {
  server: KeyValueServer;
  /** The cluster's id. */
  cluster: string;
  /** The cluster's secret. */
  secret: string;
  clock: Clock;
  limits: Limits;
  logger: Logger;
}): RemoteCache {
  const { server, cluster, secret, clock, limits, logger } = options;
  const sealer = createSealer(secret);
  const waits = createWaits(clock);
  const breaker = createBreaker({ clock, failures: limits.redisFailures, pauseMs: limits.redisPauseMs });
  /** Entries to be written, the newest of each key. */
  const waiting = new Map<string, CacheEntry<unknown>>();
  let boot: string | undefined;
  let runId: string | undefined;
  let prefix: string | undefined;
  /** Counts connections, so that an answer of a former one is not taken for this one's. */
  let connection = 0;
  /** Commands the server has not answered, those included that nobody waits for any more. */
  let unanswered = 0;
  let gathering: Timer | undefined;

  const usable = () => prefix !== undefined && breaker.closed;
  const watch = createConditionWatch({ usable, fault: () => server.fault, clock, limits });

  /** One command: its answer, or undefined if there is none in time or the connection has changed. */
  async function command<T>(run: () => Promise<T>, kind: 'read' | 'write' = 'read'): Promise<T | undefined> {
    if (unanswered >= limits.redisMaxPending || !breaker.allows()) return undefined;
    const before = connection;
    unanswered++;
    try {
      const answer = await waits.atMost(
        run().finally(() => unanswered--),
        limits.redisTimeoutMs,
      );
      const wasOpen = !breaker.closed;
      breaker.succeeded();
      if (kind === 'write') watch.wrote(undefined);
      else if (wasOpen) watch.review();
      return before === connection ? answer : undefined;
    } catch (error) {
      if (before === connection) {
        // A server that refuses to be written to can still be read.
        if (kind === 'write' && error instanceof ServerRefusal) watch.wrote(error.message);
        else {
          breaker.failed();
          watch.failed(reasonOf(error));
        }
      }
      if (logger.isLevelEnabled('debug')) logger.debug({ err: error }, 'no answer of the remote cache');
      return undefined;
    }
  }

  async function learnRunId(): Promise<void> {
    const mine = connection;
    while (mine === connection && server.ready && !waits.ended) {
      const id = await command(() => server.runId());
      if (id !== undefined) {
        runId = id;
        return setPrefix();
      }
      await waits.pause(limits.redisPauseMs);
    }
  }

  function setPrefix(): void {
    const before = prefix;
    const isKnown = boot !== undefined && runId !== undefined;
    prefix = isKnown ? [cluster, boot, runId, ''].join(':') : undefined;
    if (prefix === before) return;
    waiting.clear();
    watch.review();
    if (prefix !== undefined) void command(() => write(`${prefix}probe`, PROBE), 'write');
  }

  /** The entry, if this cluster wrote it under this key and it is of the kind that is asked for. */
  function decode<T>(
    key: string,
    { asOf, value: sealed }: Held,
    value: z.ZodType<T>,
  ): CacheEntry<T> | undefined {
    const text = sealer.open(key, sealed);
    if (text === undefined) return undefined;
    const entry = StoredEntry.safeParse(JSON.parse(text));
    if (!entry.success || entry.data.asOf !== asOf) return undefined;
    const inner = value.safeParse(entry.data.value);
    return inner.success ? { ...entry.data, value: inner.data } : undefined;
  }

  function write(key: string, entry: CacheEntry<unknown>): Promise<boolean> {
    const sealed = sealer.seal(key, JSON.stringify(entry));
    return server.putIfNewer(key, entry.asOf, sealed, limits.redisExpirySeconds);
  }

  /** What failed, for people: the server's own word, or the time that it had. */
  function reasonOf(error: unknown): string {
    const isLate = error instanceof BazarError && error.code === 'timeout';
    return isLate ? `no answer within ${limits.redisTimeoutMs} ms` : (error as Error).message;
  }

  async function flush(): Promise<void> {
    const entries = [...waiting];
    waiting.clear();
    const under = prefix;
    if (under !== undefined) {
      await Promise.all(entries.map(([key, entry]) => command(() => write(under + key, entry), 'write')));
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
      void learnRunId();
    },
    closed() {
      connection++;
      runId = undefined;
      watch.failed(server.fault ?? 'the connection was closed');
      setPrefix();
    },
    failed: watch.review,
  });
  watch.review();
  if (server.ready) void learnRunId();

  return {
    get usable() {
      return usable();
    },
    get condition() {
      watch.review();
      return watch.condition;
    },
    observe: watch.observe,
    async get<T>(key: string, value: z.ZodType<T>) {
      const under = prefix;
      if (under === undefined) return undefined;
      const held = await command(() => server.get(under + key));
      if (!held || under !== prefix) return undefined;
      const entry = decode(under + key, held, value);
      if (!entry) void command(() => server.discard(under + key, held));
      return entry;
    },
    booted(now) {
      if (boot === now) return;
      boot = now;
      setPrefix();
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
