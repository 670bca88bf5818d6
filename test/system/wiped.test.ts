import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import {
  assertEqualCatalogs,
  assertTold,
  fillShelf,
  openCrowd,
  ordersOnEveryCatalog,
} from '../support/crowd.ts';
import { inspectDisk } from '../support/disk.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Catalogs of a real store whose directory was deleted. */

const TINY_LOG = ['--limit', 'keptEntries=20'];

let folder: string;
let cluster: LauncherCluster;

test.before(async () => {
  folder = await temporaryFolder();
  cluster = await startLauncherCluster({ dataDirectory: join(folder, 'data'), args: TINY_LOG });
  await fillShelf(cluster, [1]);
});

test.after(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly code?: string;
  readonly version: number;
}

const buy = (orderId: string) =>
  cluster.request<Told>('POST', '/purchase', {
    body: { id: 1, quantity: 1 },
    headers: { 'idempotency-key': orderId },
  });

async function followersOf(): Promise<[string, string]> {
  const { nodes } = await cluster.status();
  const [first, second] = nodes.filter(({ role }) => role === 'follower').map(({ id }) => id);
  return [first!, second!];
}

test('a wiped catalog helps to elect nobody before every other has told it what it must not fall behind', async () => {
  await cluster.whole();
  const leader = await cluster.leader();
  const [helper, absent] = await followersOf();

  // Orders that only the leader and the follower that is about to lose its disk have.
  await cluster.pause(absent);
  for (let index = 0; index < 60; index++) assert.is((await buy(`only-${index}`)).status, 201);
  await cluster.wipe(helper);
  await cluster.pause(leader);
  await cluster.resume(absent);
  await eventually('both are there', async () => {
    const there = await Promise.all([cluster.node(helper), cluster.node(absent)]);
    return there.every(({ state }) => !['down', 'unreachable'].includes(state));
  });

  // With the wiped one's vote these two were a quorum, and it had forgotten the orders.
  const refused = await buy('too-early');
  assert.is(refused.status, 503);
  assert.is((await cluster.status()).leader, null);
  assert.is((await cluster.node(helper)).state, 'catching-up');

  await cluster.resume(leader);
  await cluster.whole();
  assert.ok((await buy('too-early')).status < 300);
  await assertEqualCatalogs(cluster);
  assert.is((await ordersOnEveryCatalog(cluster, 'only-')).length, 60);
});

test('a wiped catalog acknowledges nothing before it has its promise: without it there is no quorum', async () => {
  await cluster.whole();
  const [wiped, absent] = await followersOf();
  await cluster.pause(absent);
  await cluster.wipe(wiped);
  await eventually(
    'the wiped one is there',
    async () => !['down', 'unreachable'].includes((await cluster.node(wiped)).state),
  );
  assert.is((await buy('alone')).status, 503);
  await cluster.resume(absent);
  await cluster.whole();
  assert.ok((await buy('alone')).status < 300);
  await assertEqualCatalogs(cluster);
});

test('a catalog whose directory was deleted amid purchases comes back by snapshot, equal to the others', async () => {
  await cluster.whole();
  const crowd = await openCrowd(cluster, { name: 'wipe', books: [1, 2, 3, 4] });
  await crowd.confirms(100);
  const [wiped] = await followersOf();
  await cluster.wipe(wiped);
  await crowd.confirms(20);
  await eventually('it is back', async () => (await cluster.node(wiped)).state === 'ready');
  await assertTold(cluster, crowd, 'wipe');
  await cluster.stop();
  const { generation } = await inspectDisk(cluster.dataDirectory, wiped);
  assert.ok(generation > 1, 'it came back without a snapshot');
});

test.run();
