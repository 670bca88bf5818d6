import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RedisServer, startRedisServer } from '../gateway/redis-server.ts';
import { type Cluster, withCluster } from '../support/cluster.ts';
import { assertTold, type Crowd, fillShelf, openCrowd } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';

/** A real Redis that fails in every way it can while people buy and read: it may cost time, never an answer. */

/** Nothing fits into the gateway's own cache but the last entry, so that almost every hit is Redis's. */
const LITTLE_MEMORY = ['--limit', 'cacheEntries=1'];
const BOOKS = [1, 2, 3];
/** Milliseconds of a purchase that a test allows, far above the tens that the store promises on a free machine. */
const PURCHASE_LIMIT_MS = 1_000;

interface Scene {
  readonly redis: RedisServer;
  readonly cluster: Cluster;
  readonly crowd: Crowd;
  /** Resolves when a read was answered by Redis. */
  serves(): Promise<void>;
  /** 95 of 100 purchases that were asked for after `since` had their answer at once. */
  assertPrompt(what: string): Promise<void>;
}

function scene(name: string, work: (scene: Scene) => Promise<void>): () => Promise<void> {
  return needs('redis-server', name, async () => {
    const redis = await startRedisServer();
    try {
      await withCluster({ orders: 1, redis: redis.url, args: LITTLE_MEMORY }, async (cluster) => {
        await cluster.whole();
        await fillShelf(cluster, BOOKS);
        const crowd = await openCrowd(cluster, { name: 'redis', books: BOOKS, buyers: 4, readers: 4 });
        const serves = () => redisServes(cluster);
        await serves();
        await work({ redis, cluster, crowd, serves, assertPrompt: (what) => assertPrompt(crowd, what) });
        await assertTold(cluster, crowd, 'redis');
      });
    } finally {
      await redis.end();
    }
  });
}

/** Of two books that nobody buys, read in turn, at most one can be in the gateway's own cache. */
async function redisServes(cluster: Cluster): Promise<void> {
  await eventually('Redis answers a read', async () => {
    await cluster.request('GET', '/info/6');
    const { headers } = await cluster.request('GET', '/info/7');
    return headers.get('x-cache') === 'hit';
  });
}

async function assertPrompt(crowd: Crowd, what: string): Promise<void> {
  const since = performance.now();
  await crowd.confirms(200);
  const latencies = [...crowd.latenciesAfter(since)].sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))]!;
  const figures = [0.5, 0.95, 1].map((share) => at(share).toFixed(1)).join(', ');
  console.log(`\n${what}: purchases took ${figures} ms (median, 95 %, longest)`);
  assert.ok(at(0.95) < PURCHASE_LIMIT_MS);
}

const killed = 'Redis killed and started again empty: every read is right, and no purchase waits';
test(
  killed,
  scene(killed, async ({ redis, crowd, serves, assertPrompt }) => {
    await assertPrompt('with Redis');
    await redis.kill();
    await assertPrompt('Redis killed');
    await redis.start('nothing');
    await serves();
    await crowd.confirms(50);
  }),
);

const paused = 'Redis paused and woken: every read is right, and no purchase waits';
test(
  paused,
  scene(paused, async ({ redis, crowd, serves, assertPrompt }) => {
    redis.pause();
    await assertPrompt('Redis paused');
    redis.resume();
    await serves();
    await crowd.confirms(50);
  }),
);

const restored = 'Redis restarted with an old dump while stock moved: every read is right';
test(
  restored,
  scene(restored, async ({ redis, crowd, serves, assertPrompt }) => {
    await redis.save();
    await crowd.confirms(100);
    await redis.kill();
    await assertPrompt('Redis away');
    await redis.start('saved');
    await serves();
    await crowd.confirms(50);
  }),
);

const bothDie = 'Redis and the gateway killed together, Redis back with an old dump: every read is right';
test(
  bothDie,
  scene(bothDie, async ({ redis, cluster, crowd, serves }) => {
    await redis.save();
    await crowd.confirms(100);
    await Promise.all([redis.kill(), cluster.kill('gateway-1')]);
    await redis.start('saved');
    await serves();
    await crowd.confirms(50);
  }),
);

test.run();
