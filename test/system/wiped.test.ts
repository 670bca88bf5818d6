import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, withCluster } from '../support/cluster.ts';
import { assertEqualCatalogs, assertTold, openCrowd, ordersOnEveryCatalog } from '../support/crowd.ts';
import { inspectDisk } from '../support/disk.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** Catalogs of a real store whose directory was deleted. */

const TINY_LOG = ['--limit', 'keptEntries=20'];

interface Told {
  readonly code?: string;
  readonly version: number;
}

const buy = (cluster: Cluster, orderId: string) =>
  cluster.request<Told>('POST', '/purchase', {
    body: { id: 1, quantity: 1 },
    headers: { 'idempotency-key': orderId },
  });

async function followersOf(cluster: Cluster): Promise<[string, string]> {
  const { nodes } = await cluster.status();
  const [first, second] = nodes.filter(({ role }) => role === 'follower').map(({ id }) => id);
  return [first!, second!];
}

test('a catalog whose directory was deleted amid purchases comes back by snapshot, equal to the others', () =>
  inTemporaryFolder(async (dataDirectory) => {
    let wiped = '';
    await withCluster({ dataDirectory, args: TINY_LOG }, async (cluster) => {
      await cluster.whole();
      const crowd = await openCrowd(cluster, { name: 'wipe', books: [1, 2, 3, 4] });
      await crowd.confirms(100);
      [wiped] = await followersOf(cluster);
      await cluster.wipe(wiped);
      await crowd.confirms(20);
      await eventually('it is back', async () => (await cluster.node(wiped)).state === 'ready');
      await assertTold(cluster, crowd, 'wipe');
    });
    assert.ok((await inspectDisk(dataDirectory, wiped)).generation > 1, 'it came back without a snapshot');
  }));

test('a wiped catalog helps to elect nobody before every other has told it what it must not fall behind', () =>
  withCluster({ args: TINY_LOG }, async (cluster) => {
    await cluster.whole();
    const leader = await cluster.leader();
    const [helper, absent] = await followersOf(cluster);

    // Orders that only the leader and the follower that is about to lose its disk have.
    await cluster.pause(absent);
    for (let index = 0; index < 60; index++) assert.is((await buy(cluster, `only-${index}`)).status, 201);
    await cluster.wipe(helper);
    await cluster.pause(leader);
    await cluster.resume(absent);
    await eventually('both are there', async () => {
      const there = await Promise.all([cluster.node(helper), cluster.node(absent)]);
      return there.every(({ state }) => state !== 'down');
    });

    // With the wiped one's vote these two were a quorum, and it had forgotten the orders.
    const refused = await buy(cluster, 'too-early');
    assert.is(refused.status, 503);
    assert.is((await cluster.status()).leader, null);
    assert.is((await cluster.node(helper)).state, 'catching-up');

    await cluster.resume(leader);
    await cluster.whole();
    assert.ok((await buy(cluster, 'too-early')).status < 300);
    await assertEqualCatalogs(cluster);
    assert.is((await ordersOnEveryCatalog(cluster, 'only-')).length, 60);
  }));

test('a wiped catalog acknowledges nothing before it has its promise: without it there is no quorum', () =>
  withCluster({ args: TINY_LOG }, async (cluster) => {
    await cluster.whole();
    const [wiped, absent] = await followersOf(cluster);
    await cluster.pause(absent);
    await cluster.wipe(wiped);
    await eventually('the wiped one is there', async () => (await cluster.node(wiped)).state !== 'down');
    assert.is((await buy(cluster, 'alone')).status, 503);
    await cluster.resume(absent);
    await cluster.whole();
    assert.ok((await buy(cluster, 'alone')).status < 300);
    await assertEqualCatalogs(cluster);
  }));

test.run();
