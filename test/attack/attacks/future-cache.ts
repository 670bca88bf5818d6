import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedisServer } from '../../gateway/redis-server.ts';
import { type LauncherCluster, withLauncherCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import type { LoneAttack } from '../attack.ts';
import { expects } from '../rules.ts';

const BOOK = 1;
const OTHERS = [2, 3, 4];
const HONEST_PRICE = '10.00';
const LOST_PRICE = '66.00';
const FORGED_CENTS = 77;
const FORGED_AS_OF = 900_000_000_000_000;
/** Nothing but the last entry fits into the gateway's own cache, so that Redis is asked. */
const LITTLE_MEMORY = ['--limit', 'cacheEntries=1'];
/** Changes whose versions the restored store does not reach. */
const LOST_CHANGES = 50;

interface Book {
  readonly price: string;
  readonly stock: number;
}

export const futureCache: LoneAttack = {
  kind: 'alone',
  section: 'loss',
  name: 'future-cache',
  program: 'redis-server',
  harm: 'A store that was restored from a copy, or an entry that was forged, shows prices of a time that never was.',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'bazar-attack-'));
    const redis = await startRedisServer();
    const [dataDirectory, copy] = [join(folder, 'data'), join(folder, 'copy')];
    const options = { catalogs: 1, orders: 1, redis: redis.url, dataDirectory, args: LITTLE_MEMORY };
    const figures: Record<string, number> = {};
    try {
      await withLauncherCluster(options, async (store) => void (await change(store, { stock: 1_000 })));
      await cp(dataDirectory, copy, { recursive: true });
      await withLauncherCluster(options, async (store) => {
        for (let done = 0; done < LOST_CHANGES; done++) await change(store, { restock: 1 });
        await change(store, { price: LOST_PRICE });
        await eventually('Redis has the lost price', async () => (await fromRedis(store)) === LOST_PRICE);
      });
      await rm(dataDirectory, { recursive: true });
      await cp(copy, dataDirectory, { recursive: true });
      await withLauncherCluster(options, async (store) => {
        await store.whole();
        Object.assign(figures, await judge(store, 'restored'));
        await eventually('Redis is asked', async () => (await fromRedis(store)) !== undefined).catch(
          () => {},
        );
        figures['entries forged'] = await forge(redis.url);
        Object.assign(figures, await judge(store, 'forged'));
        await store.request('POST', '/purchase', { body: { id: BOOK, quantity: 1 } });
        Object.assign(figures, await judge(store, 'forged, after a purchase'));
      });
      return figures;
    } finally {
      await redis.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  verdict: (measured) => [
    ...Object.keys(measured.seen)
      .filter((name) => name.endsWith('wrong answers'))
      .flatMap((name) => expects(measured, name, 0)),
    ...(measured.seen['entries forged'] ? [] : ['nothing in Redis could be forged, so nothing was tried']),
  ],
};

async function change(store: LauncherCluster, body: object): Promise<void> {
  const { status } = await store.request('PATCH', `/books/${BOOK}`, { admin: true, body });
  if (status !== 200) throw new Error(`PATCH: ${status}`);
}

/** The price as a default read shows it once the gateway's own cache has forgotten the book, if that was a hit. */
async function fromRedis(store: LauncherCluster): Promise<string | undefined> {
  for (const other of OTHERS) await store.request('GET', `/info/${other}`);
  const { headers, body } = await store.request<Book>('GET', `/info/${BOOK}`);
  return headers.get('x-cache') === 'hit' ? body.price : undefined;
}

/** Default and strong reads and pages, some times over: how many show another price than the store's, or none. */
async function judge(store: LauncherCluster, when: string): Promise<Record<string, number>> {
  let wrong = 0;
  for (let round = 0; round < 5; round++) {
    for (const other of OTHERS) await store.request('GET', `/info/${other}`);
    for (const path of [`/info/${BOOK}`, `/info/${BOOK}?consistency=strong`]) {
      const { status, body } = await store.request<Book>('GET', path);
      if (status !== 200 || body.price !== HONEST_PRICE) wrong++;
    }
    if ((await store.request('GET', '/info?limit=10')).status !== 200) wrong++;
  }
  return { [`${when}: wrong answers`]: wrong };
}

/** Rewrites every entry that holds a price, as one who may write to Redis can; the number of those rewritten. */
async function forge(url: string): Promise<number> {
  const redis = new Redis(url);
  let forged = 0;
  try {
    for (const key of await redis.keys('*')) {
      if ((await redis.type(key)) !== 'hash') continue;
      for (const [field, text] of Object.entries(await redis.hgetall(key))) {
        if (!/"price":\d+/.test(text)) continue;
        const lie = text
          .replace(/"price":\d+/g, `"price":${FORGED_CENTS}`)
          .replace(/"(asOf|version)":\d+/g, `"$1":${FORGED_AS_OF}`);
        await redis.hset(key, field, lie, 'a', FORGED_AS_OF);
        forged++;
      }
    }
  } finally {
    redis.disconnect();
  }
  return forged;
}
