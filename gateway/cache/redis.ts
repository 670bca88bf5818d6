import { createHash } from 'node:crypto';
import { ReplyError } from 'ioredis';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { readRedisCluster } from '../../runtime/redis-address.ts';
import { type KeyValueObserver, type KeyValueServer, ServerRefusal, SPOILT } from './key-value-server.ts';
import { openRedisCluster } from './redis-cluster.ts';
import { openRedisServer, type RedisLineEvents } from './redis-line.ts';

/** A Redis, or a cluster of them, as a `KeyValueServer`. */
export function openRedis(
  url: string,
  { limits, logger }: { limits: Limits; logger: Logger },
): KeyValueServer {
  const observers: KeyValueObserver[] = [];
  const secrets = secretsOf(url);
  let ready = false;
  let fault: string | undefined;

  /** An error's own word, in one line. What else ioredis puts into an error holds the password that was sent. */
  function wordOf(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    let word = (message || code || String(error)).replace(/\s+/g, ' ');
    for (const secret of secrets) word = word.replaceAll(secret, '***');
    return word.slice(0, MAX_WORD);
  }

  async function run<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      const word = wordOf(error);
      // A cluster that is down is away, whatever it says.
      const isRefusal = error instanceof ReplyError && !word.startsWith('CLUSTERDOWN');
      throw isRefusal ? new ServerRefusal(word) : new Error(word);
    }
  }

  const events: RedisLineEvents = {
    failed(error) {
      fault = wordOf(error);
      logger.debug(`redis: ${fault}`);
      if (!ready) for (const observer of observers) observer.failed?.();
    },
    ready() {
      ready = true;
      fault = undefined;
      for (const observer of observers) observer.ready();
    },
    closed() {
      if (!ready) return;
      ready = false;
      for (const observer of observers) observer.closed();
    },
  };
  const cluster = readRedisCluster(url);
  const { client, describe } = cluster
    ? openRedisCluster(cluster, limits, events)
    : openRedisServer(url, limits, events);

  return {
    get ready() {
      return ready;
    },
    get fault() {
      return fault;
    },
    observe: (observer) => void observers.push(observer),
    async runId() {
      const ids = (await run(describe())).map((server) => /^run_id:(\w+)/m.exec(server)?.[1]);
      const [first] = ids;
      if (!ids.every(Boolean) || !first) throw new Error('the server does not say its run id');
      return ids.length === 1
        ? first
        : createHash('sha256').update(ids.sort().join()).digest('hex').slice(0, 40);
    },
    async get(key) {
      try {
        const [asOf, value] = await run(client.hmget(key, 'a', 'v'));
        if (asOf == null && value == null) return null;
        return { asOf: Number(asOf ?? Number.NaN), value: value ?? '' };
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return SPOILT;
        throw error;
      }
    },
    async putIfNewer(key, asOf, value, expirySeconds) {
      return (await run(client.putIfNewer(key, asOf, value, expirySeconds))) === 1;
    },
    async discard(key, { value }) {
      await run(client.forgetIf(key, value));
    },
    async close() {
      client.disconnect();
    },
  };
}

const MAX_WORD = 200;

/** The password, as it stands in the address and as it is sent. */
function secretsOf(url: string): string[] {
  const cluster = readRedisCluster(url);
  if (cluster?.password) return [cluster.password, encodeURIComponent(cluster.password)];
  if (!URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const given = [password, searchParams.get('password') ?? ''].filter(Boolean);
  return [...given, ...given.map(decoded)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
