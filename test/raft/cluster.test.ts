import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { addBooks, newBook, orderIn, purchase } from '../catalog/support.ts';
import { type Catalogs, startCatalogs } from '../support/catalogs.ts';

const stock = addBooks('stock', [newBook(1, { stock: 1_000 })]);
const buy = (key: string) => purchase(key, [{ id: 1, quantity: 1 }]);

/** Buys `count` books through one catalog. */
async function buySome(catalogs: Catalogs, via: NodeId, first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number++) {
    const order = orderIn(await catalogs.propose(via, buy(`order-${number}`)));
    assert.is(order.status, 'confirmed');
  }
}

/** Replicas at one applied index have one digest, and nothing has failed. */
async function checkEqual(catalogs: Catalogs): Promise<void> {
  await catalogs.level();
  const digests = new Set(catalogs.running.map(({ catalog }) => catalog.state.digest));
  assert.is(digests.size, 1);
  assert.equal(catalogs.failures, []);
}

/** Counts the messages of one type from now on. */
function countMessages({ network }: Catalogs, type: string): { count: number } {
  const counted = { count: 0 };
  network.onTheWay = (frame) => {
    counted.count += frame.split(`"${type}"`).length - 1;
    return [frame];
  };
  return counted;
}

test('three catalogs elect one leader, and keep it', async () => {
  const catalogs = await startCatalogs();
  const { id } = await catalogs.leader();
  const { term } = catalogs.get(id).catalog.replica.raft;
  await catalogs.clock.elapse(10_000);
  assert.is((await catalogs.leader()).id, id);
  for (const { catalog } of catalogs.running) {
    assert.is(catalog.replica.raft.leader, id);
    assert.is(catalog.replica.raft.term, term);
  }
});

test('a proposal to any catalog goes to the leader, once, and changes all of them alike', async () => {
  const catalogs = await startCatalogs();
  const { id } = await catalogs.leader();
  await catalogs.propose(id, stock);
  const proposals = countMessages(catalogs, 'propose');
  for (const [number, { id: via }] of catalogs.running.entries()) await buySome(catalogs, via, number, 1);
  assert.is(proposals.count, 2 * (3 + 2), 'asks and answers: three of the gateway, two forwarded');
  await checkEqual(catalogs);
  for (const { catalog } of catalogs.running) assert.is(catalog.state.book(1)!.stock, 997);
});

test('a forwarded proposal is not forwarded again', async () => {
  const catalogs = await startCatalogs();
  const [follower] = await catalogs.followers();
  const error = await catalogs
    .ask(follower!.id, 'propose', { command: stock, forwarded: true })
    .catch((reason) => reason);
  assert.is(error.code, 'not-leader');
  assert.equal(error.details, { leader: (await catalogs.leader()).id });
});

test('when the leader dies another one follows within a second, and nothing acknowledged is lost', async () => {
  const catalogs = await startCatalogs();
  const first = await catalogs.leader();
  await catalogs.propose(first.id, stock);
  await buySome(catalogs, first.id, 1, 20);
  await catalogs.kill(first.id);
  const killedAt = catalogs.clock.monotonic();
  const second = await catalogs.leader();
  assert.ok(catalogs.clock.monotonic() - killedAt < 1_000);
  assert.is.not(second.id, first.id);
  assert.is(second.catalog.state.book(1)!.sold, 20);
  await buySome(catalogs, second.id, 21, 1);
});

test('the same order proposed again to the next leader is one order', async () => {
  const catalogs = await startCatalogs();
  const first = await catalogs.leader();
  await catalogs.propose(first.id, stock);
  const order = orderIn(await catalogs.propose(first.id, buy('once')));
  await catalogs.kill(first.id);
  const second = await catalogs.leader();
  assert.equal(orderIn(await catalogs.propose(second.id, buy('once'))), order);
  assert.is(second.catalog.state.book(1)!.stock, 999);
});

test('a follower that was away catches up from the log', async () => {
  const catalogs = await startCatalogs();
  const [away] = await catalogs.followers();
  await catalogs.propose((await catalogs.leader()).id, stock);
  await catalogs.kill(away!.id);
  await buySome(catalogs, (await catalogs.leader()).id, 1, 30);
  const snapshots = countMessages(catalogs, 'raft.snapshot');
  const { id, term } = await leaderAndTerm(catalogs);
  await catalogs.start(away!.id);
  await checkEqual(catalogs);
  assert.is(snapshots.count, 0);
  assert.equal(await leaderAndTerm(catalogs), { id, term }, 'and does not disturb the leader');
});

async function leaderAndTerm(catalogs: Catalogs) {
  const { id, catalog } = await catalogs.leader();
  return { id, term: catalog.replica.raft.term };
}

test('a leader that comes back as a follower needs the log only, however short it is by now', async () => {
  const catalogs = await startCatalogs(3, { keptEntries: 10 });
  const first = await catalogs.leader();
  await catalogs.propose(first.id, stock);
  await buySome(catalogs, first.id, 1, 40);
  await catalogs.level();
  const snapshots = countMessages(catalogs, 'raft.snapshot');
  await catalogs.kill(first.id);
  const second = await catalogs.leader();
  assert.ok(second.catalog.replica.raft.log.offset.index > 0);
  await catalogs.start(first.id);
  await checkEqual(catalogs);
  assert.is(snapshots.count, 0);
});

test('a follower that was away for too long catches up by a snapshot', async () => {
  const catalogs = await startCatalogs(3, { keptEntries: 10, snapshotChunkBytes: 1_000 });
  const [away] = await catalogs.followers();
  await catalogs.propose((await catalogs.leader()).id, stock);
  await catalogs.kill(away!.id);
  await buySome(catalogs, (await catalogs.leader()).id, 1, 60);
  const snapshots = countMessages(catalogs, 'raft.snapshot');
  await catalogs.start(away!.id);
  await checkEqual(catalogs);
  assert.ok(snapshots.count > 5, 'in several chunks');
  assert.is(catalogs.get(away!.id).catalog.state.order('order-60')?.status, 'confirmed');

  await catalogs.kill(away!.id);
  await buySome(catalogs, (await catalogs.leader()).id, 61, 5);
  await catalogs.start(away!.id);
  await checkEqual(catalogs);
});

test('without a majority nothing is decided, and it is when there is one again', async () => {
  const catalogs = await startCatalogs();
  const leader = await catalogs.leader();
  await catalogs.propose(leader.id, stock);
  const [one, other] = await catalogs.followers();
  await catalogs.kill(one!.id);
  await catalogs.kill(other!.id);
  const codes = [
    await catalogs.propose(leader.id, buy('alone')).catch(({ code }) => code),
    await catalogs.ask(leader.id, 'read.index', { forwarded: false }).catch(({ code }) => code),
  ];
  assert.equal(codes, ['leader-lost', 'not-leader']);
  assert.is(leader.catalog.replica.raft.leader, null);
  await catalogs.start(one!.id);
  const next = await catalogs.leader();
  await buySome(catalogs, next.id, 1, 1);
  await checkEqual(catalogs);
});

test('a wiped catalog takes part again when both others have told it what they know', async () => {
  const catalogs = await startCatalogs();
  const leader = await catalogs.leader();
  await catalogs.propose(leader.id, stock);
  await buySome(catalogs, leader.id, 1, 5);
  await catalogs.level();
  const [wiped, other] = await catalogs.followers();
  await catalogs.kill(wiped!.id);
  await catalogs.kill(other!.id);
  catalogs.wipe(wiped!.id);
  const { catalog } = await catalogs.start(wiped!.id);
  await catalogs.clock.elapse(5_000);
  assert.is(catalog.replica.role, 'recovering');
  assert.is.not(leader.catalog.replica.role, 'leader', 'a disk without a memory makes no majority');
  await catalogs.start(other!.id);
  await checkEqual(catalogs);
  assert.is.not(catalog.replica.role, 'recovering');
  assert.is(catalog.state.book(1)!.sold, 5);
});

test('two catalogs decide together or not at all', async () => {
  const catalogs = await startCatalogs(2);
  await catalogs.propose('catalog-1', stock);
  const [follower] = await catalogs.followers();
  await catalogs.kill(follower!.id);
  const { id } = catalogs.running[0]!;
  assert.is(await catalogs.propose(id, buy('alone')).catch(({ code }) => code), 'leader-lost');
  await catalogs.start(follower!.id);
  await catalogs.leader();
  await buySome(catalogs, id, 1, 1);
  await checkEqual(catalogs);
});

test.run();
