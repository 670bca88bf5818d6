import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Client, connect } from '../../client/client.ts';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { fillShelf } from '../support/crowd.ts';
import { needs } from '../support/needs.ts';

/** Whoever asks the gateway that has just acknowledged a change is shown it, whichever cache or replica answers. */

const BOOKS = [1, 2, 3];
const BUYERS = 8;

/** Every buyer buys and looks at once, by the own connection, by another one and by HTTP. */
async function hammer(cluster: LauncherCluster, clients: readonly Client[], rounds: number): Promise<void> {
  let stale = 0;
  const buyAndLook = async (client: Client, stranger: Client, id: number) => {
    const { version } = await client.purchase({ id });
    const seen = await Promise.all([
      client.info(id),
      stranger.info(id),
      cluster.request<{ version: number }>('GET', `/info/${id}`).then(({ body }) => body),
      client.books({ limit: 3 }).then(({ books }) => books[id - 1]!),
    ]);
    stale += seen.filter((book) => !(book.version >= version)).length;
  };
  const lives = clients.map(async (client, index) => {
    for (let round = 0; round < rounds; round++) {
      await buyAndLook(client, clients[(index + 1) % clients.length]!, BOOKS[round % BOOKS.length]!);
    }
  });
  await Promise.all(lives);
  assert.is(stale, 0, `${stale} reads showed what had been before an acknowledged purchase`);
}

/** The hammer on all replicas, on all but one, and on one that has just woken and knows nothing of what was sold. */
async function hammerThroughout(cluster: LauncherCluster): Promise<void> {
  await cluster.whole();
  await fillShelf(cluster, BOOKS);
  const clients = Array.from({ length: BUYERS }, () =>
    connect({ url: cluster.url, token: cluster.adminToken, limits: { callTimeoutMs: 60_000 } }),
  );
  try {
    await hammer(cluster, clients, 15);
    const { nodes } = await cluster.status();
    const follower = nodes.find(({ role }) => role === 'follower')!.id;
    await cluster.pause(follower);
    await hammer(cluster, clients, 5);
    await cluster.resume(follower);
    await hammer(cluster, clients, 15);
    await assertNewBooksAreFound(clients);
  } finally {
    for (const client of clients) client.close();
  }
}

async function assertNewBooksAreFound([keeper, reader]: readonly Client[]): Promise<void> {
  for (let number = 1; number <= 12; number++) {
    const book = { title: `Volume ${number}`, topic: 'serials', price: '1.00', stock: 1 };
    await keeper!.addBooks([book]);
    assert.is((await reader!.search('Serials')).length, number);
  }
}

test('after a purchase nobody is shown the old stock, with the cache in the gateway', () =>
  withLauncherCluster({}, hammerThroughout));

test('after a purchase nobody is shown the old stock, without any room in the cache', () =>
  withLauncherCluster({ args: ['--limit', 'cacheEntries=1'] }, hammerThroughout));

const withRedis = 'after a purchase nobody is shown the old stock, with Redis';
test(
  withRedis,
  needs('redis-server', withRedis, () =>
    withLauncherCluster({ redis: 'private', args: ['--limit', 'cacheEntries=1'] }, hammerThroughout),
  ),
);

test.run();
