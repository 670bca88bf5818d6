import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** What an order that nobody can tell of yet looks like from outside. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster();
});

test.after(async () => {
  await cluster?.stop();
});

interface Told {
  readonly status: string | number;
  readonly code?: string;
  readonly outcome?: string;
  readonly detail?: string;
}

const KEY = 'an-order-in-doubt';
const orderOf = (query = '') => cluster.request<Told>('GET', `/orders/${KEY}${query}`);
const buy = () =>
  cluster.request<Told>('POST', '/purchase', { body: { id: 1 }, headers: { 'idempotency-key': KEY } });
const soldCopies = async () =>
  100 - (await cluster.request<{ stock: number }>('GET', '/info/1?consistency=strong')).body.stock;

test('an order whose purchase ended as unknown is not found yet, and the answer says so; once it is there it stays', async () => {
  await cluster.whole();
  const leader = await cluster.leader();
  const followers = ['catalog-1', 'catalog-2', 'catalog-3'].filter((id) => id !== leader);
  for (const id of followers) await cluster.pause(id);

  const bought = await buy();
  assert.equal([bought.status, bought.body.code, bought.body.outcome], [503, 'outcome-unknown', 'unknown']);
  const missing = await orderOf();
  assert.equal([missing.status, missing.body.code], [404, 'unknown-order']);
  assert.match(
    missing.body.detail!,
    'yet. If its purchase ended as unknown, ask for it again under that id.',
  );
  assert.is((await orderOf('?consistency=strong')).status, 503, 'nobody can say that it is not there');

  for (const id of followers) await cluster.resume(id);
  await cluster.whole();
  // The proposal may be in the log or lost with it: either way this is the same one purchase.
  const settled = await eventually('the answer', async () => {
    const again = await buy();
    return again.status < 300 && again;
  });
  assert.is(settled.body.status, 'confirmed');
  for (const query of ['', '?consistency=strong', '']) {
    assert.equal((await orderOf(query)).body, settled.body);
  }
  assert.is(await soldCopies(), 1);
});

test.run();
