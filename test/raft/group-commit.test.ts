import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bookKey, HARD_STATE_KEY, logKey } from '../../storage/keys.ts';
import { addBooks, newBook } from '../catalog/support.ts';
import { createDriverTrial, createLeadingHost, type DriverTrial, SYNC_MS } from './driver-support.ts';
import { append, matched, voteRequest } from './support.ts';

/** Where the effect of the first command goes. */
const firstBook = ({ driver }: DriverTrial) => driver.state.prefix + bookKey(1);
const books = (key: string) => addBooks(key, [newBook(undefined)]);

/** Which writes held a record under this key. */
const writesOf = ({ writes }: DriverTrial, key: string) =>
  writes.map((operations) => operations.some((operation) => operation.key === key));

test('a vote is on the disk before the answer leaves', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(voteRequest(1));
  await trial.clock.elapse(SYNC_MS - 1);
  assert.equal(trial.sent, []);
  assert.not(trial.disk.records.has(HARD_STATE_KEY));
  await trial.clock.elapse(1);
  assert.match(trial.disk.records.get(HARD_STATE_KEY)!, 'catalog-2');
  assert.equal(trial.told('raft.voted'), [{ term: 1, campaign: 1, pre: false, granted: true }]);
});

test('entries are on the disk, with their term, before they are acknowledged', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(append(4, { log: [4, 4] }));
  await trial.clock.elapse(SYNC_MS - 1);
  assert.equal(trial.sent, []);
  await trial.clock.elapse(1);
  assert.is(trial.writes.length, 1, 'one batch');
  assert.equal(writesOf(trial, HARD_STATE_KEY), [true]);
  assert.equal(writesOf(trial, logKey(2)), [true]);
  assert.is(trial.told('raft.appended')[0]!.match, 2);
});

test('what comes while a batch is written is gathered into the next, one write at a time', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(append(1, { log: [1], seq: 1 }));
  await trial.clock.elapse(1);
  for (let index = 1; index <= 20; index++) {
    trial.driver.dispatch(append(1, { prev: [index, 1], log: [1], seq: 1 + index }));
    await trial.clock.elapse(0);
  }
  await trial.clock.elapse(SYNC_MS - 1);
  assert.equal(
    trial.told('raft.appended').map(({ seq }) => seq),
    [1],
    'the first batch holds only what came before it was begun',
  );
  await trial.clock.elapse(SYNC_MS);
  assert.is(trial.told('raft.appended').length, 21);
  assert.is(trial.told('raft.appended').at(-1)!.match, 21);
  assert.is(trial.writes.length, 2);
  assert.is(trial.mostWrites, 1);
});

test('entries are acknowledged in the order in which they came', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(append(1, { log: [1], seq: 1 }));
  trial.driver.dispatch(append(1, { prev: [1, 1], log: [1], seq: 2 }));
  await trial.clock.elapse(1);
  trial.driver.dispatch(append(1, { prev: [2, 1], log: [1], seq: 3 }));
  await trial.clock.elapse(2 * SYNC_MS);
  assert.equal(
    trial.told('raft.appended').map(({ seq }) => seq),
    [1, 2, 3],
  );
});

test('an answer that changed nothing waits for no write', async () => {
  const trial = await createDriverTrial({ catalogs: 3 });
  trial.driver.dispatch(voteRequest(1, { pre: true }));
  await trial.clock.elapse(0);
  assert.is(trial.told('raft.voted').length, 1);
  assert.equal(trial.writes, []);
});

test('the commands of one turn are one append and one batch, and leave beside the sync', async () => {
  const trial = await createLeadingHost();
  for (const key of ['a', 'b', 'c']) void trial.driver.propose(books(key));
  await trial.clock.elapse(0);
  const appended = trial.told('raft.append');
  assert.equal(
    appended.map(({ entries }) => entries.length),
    [3, 3],
  );
  assert.is(trial.writes.length, 1);
  assert.is(trial.raft.durableIndex, 1, 'it is not durable here yet');
  await trial.clock.elapse(SYNC_MS);
  assert.is(trial.raft.durableIndex, 4);
});

test('what a quorum has is committed and applied before its effects are on the own disk', async () => {
  const trial = await createLeadingHost();
  void trial.driver.propose(books('a'));
  await trial.clock.elapse(SYNC_MS);
  trial.driver.dispatch(matched(trial.raft, 'catalog-3', 2));
  assert.equal(trial.applied, [2]);
  assert.not(trial.disk.records.has(firstBook(trial)));
});

test('applied effects wait for others while batches leave, and are written once after a few ticks', async () => {
  const trial = await createLeadingHost();
  const { tickMs, flushTicks } = trial.raft.limits;
  void trial.driver.propose(books('a'));
  await trial.clock.elapse(SYNC_MS);
  trial.driver.dispatch(matched(trial.raft, 'catalog-3', 2));
  void trial.driver.propose(books('b'));
  await trial.clock.elapse(SYNC_MS);
  trial.driver.dispatch(matched(trial.raft, 'catalog-3', 3));
  void trial.driver.propose(books('c'));
  await trial.clock.elapse(SYNC_MS);
  assert.equal(writesOf(trial, firstBook(trial)), [false, false, false]);
  await trial.clock.elapse((flushTicks + 1) * tickMs);
  assert.equal(writesOf(trial, firstBook(trial)), [false, false, false, true]);
  assert.equal(trial.applied, [2, 3]);
});

test('an entry is forgotten only when a batch has taken its effects', async () => {
  const trial = await createLeadingHost({ limits: { keptEntries: 0 } });
  const { tickMs, flushTicks } = trial.raft.limits;
  for (const [place, key] of ['a', 'b', 'c'].entries()) {
    void trial.driver.propose(books(key));
    await trial.clock.elapse(SYNC_MS);
    trial.driver.dispatch(matched(trial.raft, 'catalog-3', 2 + place));
  }
  await trial.clock.elapse(SYNC_MS);
  assert.equal(trial.applied, [2, 3, 4]);
  assert.ok(trial.raft.log.offset.index < 2, 'their effects are only in memory');
  await trial.clock.elapse((flushTicks + 1) * tickMs);
  assert.is(trial.raft.log.offset.index, 4);
});

test('applied effects that nothing follows get a batch of their own after a few ticks', async () => {
  const trial = await createLeadingHost();
  const { tickMs, flushTicks } = trial.raft.limits;
  void trial.driver.propose(books('a'));
  await trial.clock.elapse(SYNC_MS);
  trial.driver.dispatch(matched(trial.raft, 'catalog-3', 2));
  await trial.clock.elapse((flushTicks + 2) * tickMs);
  assert.is(trial.writes.length, 2);
  assert.equal(writesOf(trial, firstBook(trial)), [false, true]);
  await trial.clock.elapse(20 * tickMs);
  assert.is(trial.writes.length, 2, 'an idle replica writes nothing');
});

test('a crash before the sync sends nothing, and what was answered before is still there', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(append(3, { log: [3, 3], commit: 1, seq: 1 }));
  await trial.clock.elapse(SYNC_MS);
  trial.driver.dispatch(voteRequest(4, { lastTerm: 3, lastIndex: 2 }));
  trial.driver.dispatch(append(3, { prev: [2, 3], log: [3], seq: 2 }));
  await trial.clock.elapse(SYNC_MS - 1);
  trial.disk.crash();
  trial.driver.stop();
  await trial.clock.elapse(100);
  assert.is(trial.told('raft.appended').length, 1);

  const back = await createDriverTrial({ disk: trial.disk, clock: trial.clock });
  assert.is(back.raft.term, 3);
  assert.ok(back.raft.log.lastIndex >= 2);
  assert.is(back.raft.durableIndex, back.raft.log.lastIndex);
  assert.ok(back.raft.commit <= 1);
});

test('a vote that was answered binds after a crash', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(voteRequest(1));
  await trial.clock.elapse(SYNC_MS);
  trial.disk.crash();
  trial.driver.stop();
  const back = await createDriverTrial({ disk: trial.disk, clock: trial.clock });
  back.driver.dispatch(voteRequest(1, { from: 'catalog-3' }));
  await back.clock.elapse(SYNC_MS);
  assert.not(back.told('raft.voted')[0]!.granted);
});

test('a disk that fails ends the replica: it is reported once, and nothing is sent any more', async () => {
  const trial = await createDriverTrial();
  trial.breakDisk();
  trial.driver.dispatch(append(1, { log: [1] }));
  await trial.clock.elapse(100);
  trial.driver.dispatch(append(1, { prev: [1, 1], log: [1] }));
  await trial.clock.elapse(10_000);
  assert.equal(trial.sent, []);
  assert.equal(
    trial.failures.map((failure) => (failure as Error).message),
    ['the disk is gone'],
  );
  assert.is(trial.clock.pending, 0, 'its clock has stopped');
});

test('everything up to now is durable when afterSync calls, and at once when it already is', async () => {
  const trial = await createDriverTrial();
  let calls = 0;
  trial.driver.dispatch(append(1, { log: [1] }));
  trial.driver.afterSync(() => calls++);
  await trial.clock.elapse(SYNC_MS - 1);
  assert.is(calls, 0);
  await trial.clock.elapse(1);
  assert.is(calls, 1);
  trial.driver.afterSync(() => calls++);
  await trial.clock.elapse(0);
  assert.is(calls, 2);
});

test.run();
