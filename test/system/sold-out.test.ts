import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Client, connect } from '../../client/client.ts';
import { type Answer, type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { assertEqualCatalogs } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';

/** More buyers than copies, all at once. */

const COPIES = 50;
const BUYERS = 200;

interface Told {
  readonly status?: string;
  readonly code?: string;
  readonly outcome?: string;
  readonly version: number;
}

async function putUp(cluster: LauncherCluster, id: number): Promise<void> {
  const body = { id, title: 'The last copies', topic: 'rare', price: '5.00', stock: COPIES };
  assert.is((await cluster.request('POST', '/books', { admin: true, body })).status, 201);
}

/** Every catalog itself shows no copy left; the gateway's caches are passed by. */
async function assertGoneEverywhere(cluster: LauncherCluster, id: number): Promise<void> {
  const shown = new Map<string, number>();
  await eventually('every catalog has shown the book', async () => {
    const path = `/info/${id}?consistency=strong`;
    const { headers, body } = await cluster.request<{ stock: number }>('GET', path);
    shown.set(headers.get('x-served-by')!, body.stock);
    return shown.size === 3;
  });
  assert.equal([...shown.values()], [0, 0, 0]);
  const { books } = await assertEqualCatalogs(cluster);
  assert.equal(
    books.filter((book) => book.id === id),
    [{ id, initial: COPIES, restocked: 0, returned: 0, sold: COPIES, held: 0, stock: 0 }],
  );
}

test('of 200 buyers at once of a book with 50 copies exactly 50 get one, by HTTP and by WebSocket', () =>
  withLauncherCluster({}, async (cluster) => {
    await cluster.whole();
    await putUp(cluster, 100);
    const byHttp = await Promise.all(
      Array.from({ length: BUYERS }, () =>
        cluster.request<Told>('POST', '/purchase', { body: { id: 100, quantity: 1 } }),
      ),
    );
    const withStatus = (status: number) => byHttp.filter((answer: Answer<Told>) => answer.status === status);
    assert.is(withStatus(201).length, COPIES);
    assert.is(withStatus(409).length, BUYERS - COPIES);
    for (const { body } of withStatus(409)) assert.equal([body.code, body.outcome], ['sold-out', 'refused']);
    assert.is(new Set(withStatus(201).map(({ body }) => body.version)).size, COPIES);
    await assertGoneEverywhere(cluster, 100);

    await putUp(cluster, 101);
    const clients = Array.from({ length: 20 }, () => connect({ url: cluster.url }));
    try {
      const codes = await Promise.all(
        Array.from({ length: BUYERS }, (_, index) => codeOf(clients[index % clients.length]!, 101)),
      );
      assert.is(codes.filter((code) => code === 'confirmed').length, COPIES);
      assert.is(codes.filter((code) => code === 'sold-out').length, BUYERS - COPIES);
    } finally {
      for (const client of clients) client.close();
    }
    await assertGoneEverywhere(cluster, 101);
  }));

function codeOf(client: Client, id: number): Promise<string> {
  return client.purchase({ id }).then(
    ({ status }) => status,
    (error) => error.code,
  );
}

test.run();
