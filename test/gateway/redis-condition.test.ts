import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRedis } from '../../gateway/cache/redis.ts';
import { createRemoteCache, type RemoteCache } from '../../gateway/cache/remote-cache.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

const entry = (asOf: number) => ({ value: 'v', version: asOf, asOf });

interface Tried {
  readonly server: RedisServer;
  readonly cache: RemoteCache;
  readonly warnings: string[];
  readonly infos: string[];
  /** Puts an entry, which shows whether that can be done. */
  put(): void;
}

/** A cache at `address`, over a server that was `prepared`. */
function check(
  title: string,
  prepare: (server: RedisServer) => Promise<string>,
  work: (tried: Tried) => Promise<void>,
): void {
  const run = async () => {
    const server = await startRedisServer();
    const address = await prepare(server);
    const warnings: string[] = [];
    const infos: string[] = [];
    const limits = { ...DEFAULT_LIMITS, redisTimeoutMs: 1_000, redisRecoveryMs: 100 };
    const ports = { clock: systemClock, limits, logger: silentLogger };
    const cache = createRemoteCache({
      server: openRedis(address, ports),
      cluster: 'test',
      secret: 's',
      ...ports,
    });
    cache.observe((condition) => {
      if (condition.state === 'ready') infos.push(condition.state);
      else warnings.push(`${condition.state}: ${condition.reason}`);
    });
    cache.booted('boot-1');
    let asOf = 0;
    try {
      await work({ server, cache, warnings, infos, put: () => cache.put('k', entry(++asOf)) });
    } finally {
      await cache.stop();
      await server.end();
    }
  };
  test(title, needs('redis-server', title, run));
}

const reasonOf = ({ condition }: RemoteCache) => ('reason' in condition ? condition.reason : '');

check(
  'a wrong password is told once, in the word of Redis, and is not shown',
  async ({ say, url }) => {
    await say('CONFIG SET requirepass right');
    return url.replace('redis://', 'redis://:wr0ngs3cret@');
  },
  async ({ cache, warnings }) => {
    await eventually('it is told', () => warnings.length > 0);
    assert.is(cache.condition.state, 'bypassed');
    assert.match(reasonOf(cache), 'WRONGPASS');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.is(warnings.length, 1);
    assert.match(warnings[0]!, 'bypassed: WRONGPASS');
    assert.not.match(warnings.join(), 'wr0ngs3cret');
  },
);

check(
  'a full Redis is degraded: it is read, and well again when there is room',
  async ({ url }) => url,
  async ({ server, cache, warnings, infos, put }) => {
    await eventually('ready', () => cache.condition.state === 'ready');
    await server.say('CONFIG SET maxmemory 1');
    put();
    await eventually('degraded', () => cache.condition.state === 'degraded');
    assert.match(reasonOf(cache), 'OOM');
    assert.is(cache.usable, true);
    assert.is(warnings.length, 1);
    await server.say('CONFIG SET maxmemory 0');
    await eventually('ready', () => {
      put();
      return cache.condition.state === 'ready';
    });
    assert.equal([warnings.length, infos.length], [1, 2]);
  },
);

check(
  'one without the right to write is degraded before anybody had to write',
  async ({ say, url }) => {
    await say('ACL SETUSER reader on >pass ~* +@read +info +ping +client +select');
    return url.replace('redis://', 'redis://reader:pass@');
  },
  async ({ cache, warnings }) => {
    await eventually('degraded', () => cache.condition.state === 'degraded');
    assert.match(reasonOf(cache), 'NOPERM');
    assert.is(warnings.length, 1);
  },
);

check(
  'a read-only Redis is degraded',
  async ({ say, url }) => {
    await say('REPLICAOF 127.0.0.1 1');
    return url;
  },
  async ({ cache }) => {
    await eventually('degraded', () => cache.condition.state === 'degraded');
    assert.match(reasonOf(cache), /READONLY|MASTERDOWN/);
  },
);

check(
  'one that is gone is bypassed, told once, and told once to be back',
  async ({ url }) => url,
  async ({ server, cache, warnings, infos }) => {
    await eventually('ready', () => cache.condition.state === 'ready');
    await server.kill();
    await eventually('bypassed', () => cache.condition.state === 'bypassed');
    await eventually('a reason', () => /ECONNREFUSED|closed/.test(reasonOf(cache)));
    await server.start('nothing');
    await eventually('ready', () => cache.condition.state === 'ready');
    assert.equal([warnings.length, infos.length], [1, 2]);
  },
);

test.run();
