import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { type RedisServer, startRedisServer } from '../gateway/redis-server.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { assertTold, type Crowd, fillShelf, openCrowd } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';

/** A real Redis that fails in every way it can while people buy and read: it may cost time, never an answer. */

/** Nothing fits into the gateway's own cache but the last entry, so that almost every hit is Redis's. */
const LITTLE_MEMORY = ['--limit', 'cacheEntries=1'];
const BOOKS = [1, 2, 3];
/** Milliseconds of a purchase that a test allows, far above the tens that the store promises on a free machine. */
const PURCHASE_LIMIT_MS = 1_000;

let redis: RedisServer;
let cluster: LauncherCluster;

test.before(async () => {
  if (!(await findOnPath('redis-server'))) return;
  redis = await startRedisServer();
  cluster = await startLauncherCluster({ orders: 1, redis: redis.url, args: LITTLE_MEMORY });
  await fillShelf(cluster, BOOKS);
});

test.after(async () => {
  await cluster?.stop();
  await redis?.end();
});

/** Something bad happens to Redis amid purchases and reads; whatever was told meanwhile must have been true. */
function amidPurchases(name: string, work: (crowd: Crowd) => Promise<void>): () => Promise<void> {
  return needs('redis-server', name, async () => {
    await cluster.whole();
    const order = name.slice(0, 20).replace(/\W/g, '-');
    const crowd = await openCrowd(cluster, { name: order, books: BOOKS, buyers: 4, readers: 4, thinkMs: 20 });
    await redisServes();
    await work(crowd);
    await redisServes();
    await crowd.confirms(50);
    await assertTold(cluster, crowd, order);
  });
}

/** Of two books that nobody buys, read in turn, at most one can be in the gateway's own cache. */
async function redisServes(): Promise<void> {
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
  amidPurchases(killed, async (crowd) => {
    await assertPrompt(crowd, 'with Redis');
    await redis.kill();
    await assertPrompt(crowd, 'Redis killed');
    await redis.start('nothing');
  }),
);

const paused = 'Redis paused and woken: every read is right, and no purchase waits';
test(
  paused,
  amidPurchases(paused, async (crowd) => {
    redis.pause();
    await assertPrompt(crowd, 'Redis paused');
    redis.resume();
  }),
);

const restored = 'Redis restarted with an old dump while stock moved: every read is right';
test(
  restored,
  amidPurchases(restored, async (crowd) => {
    await redis.save();
    await crowd.confirms(100);
    await redis.kill();
    await assertPrompt(crowd, 'Redis away');
    await redis.start('saved');
  }),
);

const bothDie = 'Gateway and Redis killed together, Redis back with an old dump: every read is right';
test(
  bothDie,
  amidPurchases(bothDie, async (crowd) => {
    await redis.save();
    await crowd.confirms(100);
    await Promise.all([redis.kill(), cluster.kill('gateway-1')]);
    await redis.start('saved');
  }),
);

test.run();
