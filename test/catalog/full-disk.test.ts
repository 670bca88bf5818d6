import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { FailedDiskError, RoomAgainError } from '../../storage/failed-disk.ts';
import { watch } from '../raft/driver-support.ts';
import { startCatalogs } from '../support/catalogs.ts';
import { addBooks, newBook, purchase } from './support.ts';

const book = { id: 1, minVersion: 0, strong: false };

async function start(count = 3) {
  const catalogs = await startCatalogs(count);
  const leader = await catalogs.leader();
  await catalogs.propose(leader.id, addBooks('stock', [newBook(1, { stock: 10 })]));
  await catalogs.level();
  return { catalogs, leader };
}

const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof BazarError ? error.code : String(error)),
  );

test('a leader whose disk is full says so, is succeeded, and is read on', async () => {
  const { catalogs, leader } = await start();
  const { id } = leader;
  catalogs.disk(id).full = true;
  const lost = watch(catalogs.propose(id, purchase('in-doubt', [{ id: 1, quantity: 1 }])));
  await catalogs.until(() => leader.catalog.replica.role === 'reader');
  await catalogs.clock.elapse(10);
  assert.is(lost.outcome, 'leader-lost');
  await catalogs.until(() =>
    catalogs.running.some(({ catalog: { replica } }) => replica.role === 'leader' && replica.caughtUp),
  );
  const next = catalogs.running.find(({ catalog }) => catalog.replica.role === 'leader')!;
  await catalogs.propose(next.id, purchase('o', [{ id: 1, quantity: 1 }]));

  const status = await catalogs.ask(id, 'status', {});
  assert.is(status.state, 'catching-up');
  assert.is(
    status.reason,
    'its disk is full (No space left on device): it only reads, and starts anew when 64 MiB are free',
  );
  assert.ok((await catalogs.ask(id, 'read.book', book)).book!.stock >= 9);
  assert.is(
    await codeOf(
      catalogs.ask(id, 'propose', { command: purchase('p', [{ id: 1, quantity: 1 }]), forwarded: false }),
    ),
    'not-leader',
  );
  assert.equal(catalogs.failures, []);
});

test('whoever is linked is told that a disk is full, and whoever links later; a full leader is succeeded within 200 ms', async () => {
  const { catalogs, leader } = await start();
  const told: string[] = [];
  catalogs.gateway.onTell('disk.filled', ({ words }, { from }) => void told.push(`${from.id}: ${words}`));
  const reachedAt = catalogs.clock.monotonic();
  catalogs.disk(leader.id).full = true;
  watch(catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }])));
  await catalogs.until(() =>
    catalogs.running.some(({ id, catalog }) => id !== leader.id && catalog.replica.role === 'leader'),
  );
  assert.ok(catalogs.clock.monotonic() - reachedAt < 200, `${catalogs.clock.monotonic() - reachedAt} ms`);
  const line = `${leader.id}: No space left on device`;
  assert.equal(told, [line]);

  catalogs.network.reset();
  await catalogs.until(() => told.length === 2);
  assert.equal(told, [line, line]);
});

test('reads are answered while the disks of all catalogs are full, and nothing is promised', async () => {
  const { catalogs, leader } = await start();
  for (const { id } of catalogs.running) catalogs.disk(id).full = true;
  watch(catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }])));
  await catalogs.until(() => catalogs.running.every(({ catalog }) => catalog.replica.role === 'reader'));
  await catalogs.clock.elapse(60_000);
  for (const { id, catalog } of catalogs.running) {
    assert.is((await catalogs.ask(id, 'read.book', book)).book!.stock, 10);
    assert.is(await codeOf(catalogs.ask(id, 'read.book', { ...book, strong: true })), 'not-leader');
    assert.is(await codeOf(catalogs.ask(id, 'feed.follow', { from: 0 })), 'unavailable');
    assert.is(await codeOf(catalogs.ask(id, 'raft.identify', {})), 'unavailable');
    assert.is(catalog.replica.raft.term, leader.catalog.replica.raft.term, 'nobody has stood for election');
    await catalog.drain();
  }
  assert.equal(catalogs.failures, []);
});

test('a catalog whose disk was full ends when there is room, at times of its own', async () => {
  const { catalogs, leader } = await start();
  for (const { id } of catalogs.running) catalogs.disk(id).full = true;
  watch(catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }])));
  await catalogs.clock.elapse(30_000);
  assert.equal(catalogs.failures, []);
  for (const { id } of catalogs.running) catalogs.disk(id).full = false;
  const ends: number[] = [];
  for (let waited = 0; waited < 10_000; waited += 5) {
    await catalogs.clock.elapse(5);
    while (ends.length < catalogs.failures.length) ends.push(waited);
  }
  assert.is(ends.length, 3);
  assert.ok(catalogs.failures.every((error) => error instanceof RoomAgainError));
  assert.ok(ends[2]! - ends[0]! > 500, `they ended at ${ends}`);
});

test('a disk that was full and then fails ends the catalog for good', async () => {
  const { catalogs, leader } = await start(1);
  catalogs.disk(leader.id).full = true;
  watch(catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }])));
  await catalogs.until(() => leader.catalog.replica.role === 'reader');
  catalogs.disk(leader.id).fail();
  await catalogs.until(() => catalogs.failures.length > 0);
  assert.instance(catalogs.failures[0], FailedDiskError);
});

test.run();
