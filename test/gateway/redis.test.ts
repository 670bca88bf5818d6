import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { openRedis } from '../../gateway/cache/redis.ts';
import { createRemoteCache, type RemoteCache } from '../../gateway/cache/remote-cache.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { keyValueSuite } from './key-value-suite.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

const ports = { limits: DEFAULT_LIMITS, logger: silentLogger };
const needsRedis = (title: string, work: () => Promise<void>) => needs('redis-server', title, work);

keyValueSuite(
  'Redis',
  async () => {
    const server = await startRedisServer();
    return {
      ...server,
      connect: () => openRedis(server.url, ports),
      until: async (condition) => void (await eventually(`${condition}`, condition)),
      elapse: (ms) => sleep(ms),
      answer: (promise) => promise,
    };
  },
  needsRedis,
);

const remote = suite('the remote cache over Redis');

function check(title: string, work: (server: RedisServer, cache: RemoteCache) => Promise<void>): void {
  const run = async () => {
    const server = await startRedisServer();
    const cache = openCache(server);
    try {
      await eventually('the cache is in use', () => cache.usable);
      await work(server, cache);
    } finally {
      await cache.stop();
      await server.end();
    }
  };
  remote(title, needsRedis(`the remote cache over Redis: ${title}`, run));
}

/** With a patience that no slow machine exhausts, unless a test wants it short. */
function openCache({ url }: RedisServer, redisTimeoutMs = 1_000): RemoteCache {
  const limits = { ...DEFAULT_LIMITS, redisTimeoutMs };
  const server = openRedis(url, { limits, logger: silentLogger });
  const ports = { clock: systemClock, limits, logger: silentLogger };
  const cache = createRemoteCache({ server, cluster: 'test', secret: 'secret', ...ports });
  cache.booted('boot-1');
  return cache;
}

const entry = (value: string, asOf: number) => ({ value, version: asOf, asOf });
const read = async (cache: RemoteCache, key = 'b:1') => (await cache.get(key, z.string()))?.value;

async function write(cache: RemoteCache, value: string, asOf: number): Promise<void> {
  cache.put('b:1', entry(value, asOf));
  await eventually(`${value} is written`, async () => (await read(cache)) === value);
}

check('what was written is read, by another gateway too', async (server, cache) => {
  await write(cache, 'here', 5);
  const other = openCache(server);
  await eventually('the other cache is in use', () => other.usable);
  assert.is(await read(other), 'here');
  await other.stop();
});

check('what a restarted server brings back from an old dump is never read', async (server, cache) => {
  await write(cache, 'old', 5);
  await server.save();
  await write(cache, 'new', 6);
  for (let life = 0; life < 3; life++) {
    await server.kill();
    const back = server.start('saved');
    const seen = new Set<string | undefined>();
    let returned = false;
    const watching = eventually('the cache is in use again', async () => {
      seen.add(await read(cache));
      return returned && cache.usable;
    });
    await back;
    returned = true;
    await watching;
    for (let again = 0; again < 20; again++) seen.add(await read(cache));
    assert.equal([...seen], [undefined]);
  }
});

check('a wiped server is a cache that has to be filled again', async (server, cache) => {
  await write(cache, 'before', 5);
  await server.kill();
  await eventually('the cache is out of use', () => !cache.usable);
  await server.start('nothing');
  await eventually('the cache is in use', () => cache.usable);
  assert.is(await read(cache), undefined);
  await write(cache, 'after', 3);
});

check(
  'a paused server costs its timeout a few times, then nothing until it answers again',
  async (server) => {
    const cache = openCache(server, 25);
    await eventually('the cache is in use', () => cache.usable);
    server.pause();
    const begin = performance.now();
    for (let attempt = 0; attempt < 50; attempt++) assert.is(await read(cache), undefined);
    const took = performance.now() - begin;
    assert.is(cache.usable, false);
    assert.ok(took < 1_000, `50 reads past a paused server took ${took} ms`);
    server.resume();
    await eventually('the cache is in use again', async () => {
      await read(cache);
      return cache.usable;
    });
    await cache.stop();
  },
);

check('a server that is not there costs nothing', async (server, cache) => {
  await server.kill();
  await eventually('the cache is out of use', () => !cache.usable);
  for (let attempt = 0; attempt < 1_000; attempt++) assert.is(await read(cache), undefined);
  cache.put('b:1', entry('lost', 1));
  await server.start('nothing');
  await eventually('the cache is in use', () => cache.usable);
  assert.is(await read(cache), undefined);
});

remote.run();
