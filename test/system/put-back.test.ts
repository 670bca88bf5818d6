import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { type RedisServer, startRedisServer } from '../gateway/redis-server.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A Redis that knows a future which never came, or what somebody made up: it may cost time, never an answer. */

/** Nothing fits into the gateway's own cache but the last entry, so that almost every hit is Redis's. */
const LITTLE_MEMORY = ['--limit', 'cacheEntries=1'];
const BOOKS = [1, 2, 3];

interface Shown {
  readonly price: string;
  readonly stock: number;
  readonly version: number;
}

let redis: RedisServer | undefined;

test.before(async () => {
  if (await findOnPath('redis-server')) redis = await startRedisServer();
});

test.after(() => redis?.end());

const read = (cluster: LauncherCluster, id: number, query = '') =>
  cluster.request<Shown>('GET', `/info/${id}${query}`);

/** What default reads, strong ones and pages show is the same, and is there. */
async function assertOneTruth(cluster: LauncherCluster, when: string): Promise<void> {
  const seen = { reads: 0, wrong: 0, hits: 0, unavailable: 0 };
  const page = await cluster.request<{ books: Shown[] }>('GET', '/info?limit=3');
  if (page.status !== 200) seen.unavailable++;
  // Default reads first: a strong one brings the truth into the caches.
  const shown = await Promise.all(BOOKS.map((id) => read(cluster, id)));
  for (const [place, id] of BOOKS.entries()) {
    const strong = await read(cluster, id, '?consistency=strong');
    const { status, body, headers } = shown[place]!;
    seen.reads++;
    if (strong.status !== 200 || status !== 200) seen.unavailable++;
    else if (JSON.stringify(body) !== JSON.stringify(strong.body)) seen.wrong++;
    if (headers.get('x-cache') === 'hit') seen.hits++;
  }
  console.log(`\n${when}: ${JSON.stringify(seen)}`);
  assert.equal([seen.wrong, seen.unavailable], [0, 0], when);
}

/** Changes every book this often, and reads each, so that Redis has them all. */
async function live(cluster: LauncherCluster, rounds: number, cents: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const id of BOOKS) {
      const price = `${cents + round}.00`;
      await cluster.request('PATCH', `/books/${id}`, { admin: true, body: { price, restock: 1 } });
    }
  }
  await eventually('Redis answers reads', async () => {
    for (const id of BOOKS) await read(cluster, id);
    return (await read(cluster, BOOKS[0]!)).headers.get('x-cache') === 'hit';
  });
}

const putBack = 'a store put back to an earlier copy meets nothing of its lost future in Redis';
test(
  putBack,
  needs('redis-server', putBack, () =>
    inTemporaryFolder(async (folder) => {
      const dataDirectory = join(folder, 'data');
      const copy = join(folder, 'copy');
      const start = () =>
        startLauncherCluster({ dataDirectory, redis: redis!.url, args: LITTLE_MEMORY, orders: 1 });

      const first = await start();
      await first.stop();
      await cp(dataDirectory, copy, { recursive: true });

      const lost = await start();
      await live(lost, 4, 50).finally(() => lost.stop());
      await rm(dataDirectory, { recursive: true });
      await cp(copy, dataDirectory, { recursive: true });

      const cluster = await start();
      try {
        await assertOneTruth(cluster, 'put back');
        // Other things happen than before, until the index is past where the lost life had come.
        for (let round = 0; round < 5; round++) {
          for (let other = 0; other < 4; other++) {
            await cluster.request('PATCH', '/books/7', { admin: true, body: { restock: 1 } });
          }
          await assertOneTruth(cluster, `put back, and ${4 * (round + 1)} changes later`);
        }
      } finally {
        await cluster.stop();
      }
    }),
  ),
);

test('the folder of one catalog put back from an earlier copy is left out, and comes back once it is deleted', () =>
  inTemporaryFolder(async (folder) => {
    const dataDirectory = join(folder, 'data');
    const start = () => startLauncherCluster({ dataDirectory, orders: 1 });
    const own = join(dataDirectory, 'catalog-1');
    const copy = join(folder, 'copy');
    const first = await start();
    await first.stop();
    await cp(own, copy, { recursive: true });

    const lived = await start();
    await lived.request('POST', '/purchase', { body: { id: 1 }, headers: { 'idempotency-key': 'kept' } });
    await lived.stop();
    await rm(own, { recursive: true });
    await cp(copy, own, { recursive: true });

    const without = await start();
    try {
      const { state, reason } = await without.node('catalog-1');
      assert.is(state, 'down');
      assert.match(reason!, 'was put back from an earlier copy');
      assert.is((await without.request('GET', '/orders/kept')).status, 200);
      assert.is((await without.request('POST', '/purchase', { body: { id: 1 } })).status, 201);
    } finally {
      await without.stop();
    }

    await rm(own, { recursive: true });
    const whole = await start();
    await whole.whole().finally(() => whole.stop());
  }));

const forged = 'what somebody else writes into Redis is neither shown nor kept';
test(
  forged,
  needs('redis-server', forged, async () => {
    const cluster = await startLauncherCluster({ redis: redis!.url, args: LITTLE_MEMORY, orders: 1 });
    try {
      await live(cluster, 2, 20);
      await redis!.forge();
      await assertOneTruth(cluster, 'forged');
      await live(cluster, 2, 30);
      await assertOneTruth(cluster, 'forged, and changed since');
      await cluster.kill('gateway-1');
      await cluster.whole();
      await redis!.forge();
      await assertOneTruth(cluster, 'forged, and the gateway started again');
    } finally {
      await cluster.stop();
    }
  }),
);

test.run();
