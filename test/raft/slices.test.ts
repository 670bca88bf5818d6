import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRaftReplica } from '../../actors/raft/raft-replica.ts';
import type { Command } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { writeHardState } from '../../storage/hard-state.ts';
import type { StoreOperation } from '../../storage/store.ts';
import { addBooks, newBook, purchase } from '../catalog/support.ts';
import { type SimulatedDisk, simulatedDisk } from '../simulation/disk.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { openWholeDisk } from '../support/whole-disk.ts';
import {
  createDriverTrial,
  createLeadingHost,
  type DriverTrial,
  recordingMesh,
  SYNC_MS,
  watch,
} from './driver-support.ts';
import { append, LIMITS, matched } from './support.ts';

const manyBooks = (key: string, count: number) =>
  addBooks(
    key,
    Array.from({ length: count }, () => newBook(undefined)),
  );
const lead = async ({ clock, raft }: DriverTrial) => clock.elapse(raft.limits.tickMs * 40);

/** Operations in the parts of a batch: entries of the log and effects. */
function parts(operations: readonly StoreOperation[]): { entries: number; effects: number } {
  const entries = operations.filter(({ key }) => key.startsWith('r/l/')).length;
  return { entries, effects: operations.filter(({ key }) => key.startsWith('g')).length };
}

/** A disk whose log holds these commands, none of them applied. */
async function unappliedDisk(clock: ManualClock, commands: readonly Command[]): Promise<SimulatedDisk> {
  const latencyMs = { least: SYNC_MS, most: SYNC_MS };
  const random = seededRandom(1);
  const disk = simulatedDisk({ location: 'slow', clock, random, latencyMs });
  const opening = openWholeDisk(disk.open(), { cluster: 'trial', node: 'catalog-1', format: true, random });
  await clock.elapse(2 * SYNC_MS);
  const { store, raft } = await opening;
  const { log } = raft('catalog-1', ['catalog-1'], LIMITS);
  log.append(commands.map((command) => ({ term: 1, at: 0, command })));
  void store.write([...log.takeOperations(), writeHardState({ term: 1, votedFor: null })]);
  await clock.elapse(2 * SYNC_MS);
  disk.crash();
  return disk;
}

test('a log whose unapplied entries have 130,130 effects starts, and is applied batch by batch', async () => {
  const clock = manualClock();
  const commands = Array.from({ length: 130 }, (_, at) => manyBooks(`poison-${at}`, 1_000));
  const disk = await unappliedDisk(clock, commands);
  const trial = await createDriverTrial({ catalogs: 1, clock, disk });
  await lead(trial);
  await clock.elapse(40 * SYNC_MS);
  assert.equal(trial.failures, []);
  assert.is(trial.applied.at(-1), 131, 'and the no-op of its term');
  const most = Math.max(0, ...trial.writes.map((operations) => parts(operations).effects));
  assert.ok(most <= DEFAULT_LIMITS.maxBatchOperations + 1_002, `${most} effects in one batch`);
  assert.ok(most > 1_002, 'a batch carries more than one entry');
});

test('a turn applies a slice, and a tick that is due comes before the next', async () => {
  const clock = manualClock();
  const commands = Array.from({ length: 100 }, (_, at) => manyBooks(`${at}`, 1));
  const disk = await unappliedDisk(clock, commands);
  const trial = await createDriverTrial({
    catalogs: 3,
    clock,
    disk,
    limits: { maxAppliedPerTurn: 12 },
  });
  trial.driver.dispatch(append(2, { prev: [100, 1], commit: 100 }));
  assert.is(trial.applied.length, 4, 'each is an entry, a book and a record');
  await clock.elapse(0);
  assert.is(trial.applied.at(-1), 100);
});

test('a turn that has taken long applies no more, and the next goes on', async () => {
  const clock = manualClock();
  const commands = Array.from({ length: 100 }, (_, at) => manyBooks(`${at}`, 1));
  const disk = await unappliedDisk(clock, commands);
  let looks = 0;
  const passing = { ...clock, monotonic: () => clock.monotonic() + 2 * looks++ };
  const trial = await createDriverTrial({ catalogs: 3, clock: passing, disk, limits: { maxApplyMs: 5 } });
  trial.driver.dispatch(append(2, { prev: [100, 1], commit: 100 }));
  assert.is(trial.applied.length, 3, 'two milliseconds pass between two looks at the clock');
  await clock.elapse(0);
  assert.is(trial.applied.at(-1), 100);
});

test('applying pauses while the effects of a whole batch wait, and goes on when it is taken', async () => {
  const limits = { maxBatchOperations: 10 };
  const trial = await createDriverTrial({ limits });
  const commands = Array.from({ length: 20 }, (_, at) => manyBooks(`${at}`, 1));
  for (const [at, command] of commands.entries()) {
    trial.driver.dispatch({
      ...append(1, { prev: [at, at === 0 ? 0 : 1], commit: 20 }),
      entries: [{ term: 1, at: 0, command }],
    } as ReturnType<typeof append>);
  }
  assert.is(trial.raft.commit, 20);
  assert.is(trial.applied.length, 5);
  await trial.clock.elapse(0);
  assert.is(trial.applied.length, 10, 'five in the batch under way, five for the next');
  await trial.clock.elapse(2 * SYNC_MS);
  assert.is(trial.applied.length, 20);
  for (const operations of trial.writes) assert.ok(parts(operations).effects <= 10 + 1);
});

test('a proposal is answered when it is applied, however long it has been committed', async () => {
  const trial = await createLeadingHost({ limits: { maxBatchOperations: 4 } });
  const { driver, raft, clock } = trial;
  const outcomes = Array.from({ length: 6 }, (_, at) => watch(driver.propose(manyBooks(`${at}`, 1))));
  await clock.elapse(0);
  driver.dispatch(matched(raft, 'catalog-2', raft.log.lastIndex));
  driver.dispatch(matched(raft, 'catalog-3', raft.log.lastIndex));
  await clock.elapse(0);
  const { index } = driver.state.applied;
  assert.ok(index < raft.commit);
  assert.equal(
    outcomes.map(({ outcome }) => outcome === 'pending'),
    outcomes.map((_, at) => 2 + at > index),
  );
  for (let round = 0; round < 10; round++) {
    await clock.elapse(SYNC_MS);
    driver.dispatch(matched(raft, 'catalog-2', raft.log.lastIndex));
  }
  assert.equal(
    outcomes.map(({ outcome }) => typeof outcome),
    outcomes.map(() => 'object'),
  );
});

test('proposals in hand are bounded in bytes', async () => {
  const trial = await createLeadingHost({ limits: { maxUncommittedBytes: 3_000 } });
  const large = (key: string) => addBooks(key, [newBook(undefined, { title: 'x'.repeat(1_000) })]);
  const outcomes = ['a', 'b', 'c', 'd'].map((key) => watch(trial.driver.propose(large(key))));
  await trial.clock.elapse(0);
  assert.equal(
    outcomes.map(({ outcome }) => outcome),
    ['pending', 'pending', 'pending', 'overloaded'],
  );
  const logged = watch(trial.driver.propose(purchase('e', [{ id: 1, quantity: 1 }])));
  await trial.clock.elapse(SYNC_MS);
  assert.is(logged.outcome, 'overloaded', 'they are in the log, but not applied');
  trial.driver.dispatch(matched(trial.raft, 'catalog-2', trial.raft.log.lastIndex));
  await trial.clock.elapse(2 * SYNC_MS);
  const next = watch(trial.driver.propose(large('f')));
  await trial.clock.elapse(0);
  assert.is(next.outcome, 'pending');
});

test('a turn puts as many commands into the log as one append carries, and the next turn the rest', async () => {
  const trial = await createLeadingHost({ limits: { maxEntriesPerAppend: 3, maxBatchOperations: 8 } });
  for (let at = 0; at < 20; at++) void trial.driver.propose(manyBooks(`${at}`, 1));
  await trial.clock.elapse(0);
  const own = trial.sent.filter(({ to, type }) => to === 'catalog-2' && type === 'raft.append');
  for (const { body } of own) assert.ok((body as { entries: unknown[] }).entries.length <= 3);
  for (let round = 0; round < 6; round++) {
    await trial.clock.elapse(SYNC_MS);
    trial.driver.dispatch(matched(trial.raft, 'catalog-2', trial.raft.log.lastIndex));
  }
  assert.is(trial.raft.log.lastIndex, 21);
  for (const operations of trial.writes) assert.ok(parts(operations).entries <= 8);
});

test('a follower is sent so many bytes ahead of its acknowledgements, and then no more', async () => {
  const trial = await createLeadingHost({ limits: { maxBytesInFlight: 2_000, maxBytesPerAppend: 1_000 } });
  const { driver, raft, clock } = trial;
  for (let at = 0; at < 40; at++) void driver.propose(manyBooks(`${at}`, 1));
  await clock.elapse(SYNC_MS);
  const sentTo = (peer: string) => raft.progress.get(peer)!.next - 1;
  assert.ok(sentTo('catalog-2') < raft.log.lastIndex);
  assert.ok(raft.log.bytesBetween(1, sentTo('catalog-2')) < 3_000);
  for (let round = 0; round < 20; round++) {
    driver.dispatch(matched(raft, 'catalog-2', sentTo('catalog-2')));
    await clock.elapse(SYNC_MS);
  }
  assert.is(sentTo('catalog-2'), raft.log.lastIndex);
});

test('a replica has caught up when what was committed is applied', async () => {
  const clock = manualClock();
  const commands = Array.from({ length: 10 }, (_, at) => manyBooks(`${at}`, 1));
  const disk = await unappliedDisk(clock, commands);
  const random = seededRandom(1);
  const opening = openWholeDisk(disk.open(), { cluster: 'trial', node: 'catalog-1', format: true, random });
  await clock.elapse(2 * SYNC_MS);
  const opened = await opening;
  const raft = opened.raft('catalog-1', ['catalog-1', 'catalog-2'], { ...LIMITS, maxBatchOperations: 4 });
  const listeners = new Map<string, (body: unknown, incoming: unknown) => void>();
  const replica = createRaftReplica({
    raft,
    state: opened.state,
    store: opened.store,
    persist: opened.persist,
    mesh: { ...recordingMesh([]), onTell: (type, handle) => void listeners.set(type, handle as never) },
    clock,
    random,
    logger: silentLogger,
    takes: () => true,
    observer: {
      applied() {},
      replaced() {},
      ticked() {},
      happened() {},
      failed: (error) => assert.unreachable(String(error)),
    },
  });
  const { type: _, from, ...body } = append(2, { prev: [10, 1], commit: 10 });
  listeners.get('raft.append')!(body, { from: { id: from } });
  assert.is(raft.commit, 10);
  assert.not(replica.caughtUp);
  await clock.elapse(20 * SYNC_MS);
  assert.is(replica.state.applied.index, 10);
  assert.ok(replica.caughtUp);
  replica.stop();
});

test.run();
