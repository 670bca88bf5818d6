import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createSpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { addBooks, newBook, purchase } from '../catalog/support.ts';
import { createDriverTrial, createLeadingHost, type DriverTrial, SYNC_MS, watch } from './driver-support.ts';
import { append, matched } from './support.ts';

const books = (key: string) => addBooks(key, [newBook(undefined)]);

/** A follower answers for everything that the leader has. */
function acknowledge({ driver, raft }: DriverTrial, from = 'catalog-2'): void {
  driver.dispatch(matched(raft, from, raft.log.lastIndex));
}

test('a proposal is answered when its entry is committed and applied, and not before', async () => {
  const trial = await createLeadingHost();
  const added = watch(trial.driver.propose(books('stock')));
  await trial.clock.elapse(SYNC_MS);
  assert.is(trial.raft.durableIndex, 2);
  assert.is(added.outcome, 'pending', 'one of three has it');
  acknowledge(trial);
  await trial.clock.elapse(0);
  assert.equal(added.outcome, { kind: 'added', added: [1], skipped: [], version: 2, replayed: false });
  assert.equal(trial.applied, [2]);
});

test('a catalog alone answers once its own disk has the entry', async () => {
  const trial = await createLeadingHost({ catalogs: 1 });
  const added = watch(trial.driver.propose(books('stock')));
  await trial.clock.elapse(SYNC_MS - 1);
  assert.is(added.outcome, 'pending');
  await trial.clock.elapse(1);
  assert.is.not(added.outcome, 'pending');
});

test('each proposer gets the answer of its own command', async () => {
  const trial = await createLeadingHost({ catalogs: 1 });
  void trial.driver.propose(addBooks('stock', [newBook(1, { stock: 1 })]));
  const first = watch(trial.driver.propose(purchase('first', [{ id: 1, quantity: 1 }])));
  const second = watch(trial.driver.propose(purchase('second', [{ id: 1, quantity: 1 }])));
  await trial.clock.elapse(SYNC_MS);
  const summary = [first, second].map(({ outcome }) =>
    typeof outcome === 'object' && outcome.kind === 'order'
      ? `${outcome.order.orderId} ${outcome.order.status}`
      : outcome,
  );
  assert.equal(summary, ['first confirmed', 'second refused']);
});

test('a note that a tick puts into the log just before proposals takes no answer from any of them', async () => {
  let isDue = false;
  const trial = await createLeadingHost({
    catalogs: 1,
    limits: { heartbeatTicks: 10 },
    ticked(driver) {
      if (!isDue) return;
      isDue = false;
      driver.dispatch({ type: 'commands.proposed', commands: [{ kind: 'tick' }], at: 1 });
    },
  });
  const { clock, driver, raft } = trial;
  await clock.elapse(20 * raft.limits.tickMs);
  isDue = true;
  await clock.elapse(2 * raft.limits.tickMs);
  assert.ok(isDue, 'it sleeps through these ticks');
  const added = ['a', 'b', 'c'].map((key) => watch(driver.propose(books(key))));
  await clock.elapse(2 * SYNC_MS);
  assert.not(isDue);
  assert.equal(
    added.map(({ outcome }) =>
      typeof outcome === 'object' && outcome.kind === 'added' ? outcome.added : outcome,
    ),
    [[1], [2], [3]],
  );
});

test('the leader stamps its wall time into the entries of a turn', async () => {
  const trial = await createLeadingHost();
  void trial.driver.propose(books('stock'));
  const at = trial.clock.now();
  await trial.clock.elapse(0);
  assert.is(trial.raft.log.entry(2)!.at, at);
});

test('a leader that leaves office says of its proposals that it does not know', async () => {
  const trial = await createLeadingHost();
  const proposed = watch(trial.driver.propose(books('stock')));
  const read = watch(trial.driver.readIndex());
  await trial.clock.elapse(0);
  trial.driver.dispatch({ type: 'term.exceeded', term: 9 });
  await trial.clock.elapse(0);
  assert.is(proposed.outcome, 'leader-lost');
  assert.is(read.outcome, 'not-leader');
});

test('a proposal that has not reached the log when office ends did surely not happen', async () => {
  const trial = await createLeadingHost();
  const proposed = watch(trial.driver.propose(books('stock')));
  trial.driver.dispatch(append(9, { from: 'catalog-3' }));
  await trial.clock.elapse(0);
  assert.is(proposed.outcome, 'not-leader');
  assert.is(trial.raft.log.lastIndex, 1);
});

test('whoever does not lead takes neither proposals nor strong reads, and names the leader', async () => {
  const trial = await createDriverTrial();
  trial.driver.dispatch(append(1, {}));
  const error = await trial.driver.propose(books('stock')).catch((reason) => reason);
  assert.is(error.code, 'not-leader');
  assert.is(error.outcome, 'none');
  assert.equal(error.details, { leader: 'catalog-2' });
  assert.is(await trial.driver.readIndex().catch(({ code }) => code), 'not-leader');
});

test('proposals that are not committed are bounded', async () => {
  const trial = await createLeadingHost({ limits: { maxUncommittedEntries: 2 } });
  const all = [1, 2, 3].map((number) => watch(trial.driver.propose(books(`k${number}`))));
  await trial.clock.elapse(0);
  assert.equal(
    all.map(({ outcome }) => outcome),
    ['pending', 'pending', 'overloaded'],
  );
  const fourth = watch(trial.driver.propose(books('k4')));
  await trial.clock.elapse(SYNC_MS);
  assert.is(fourth.outcome, 'overloaded', 'they are in the log, but not committed');
  acknowledge(trial);
  const fifth = watch(trial.driver.propose(books('k5')));
  await trial.clock.elapse(0);
  assert.is(fifth.outcome, 'pending');
});

test('strong reads that wait are bounded', async () => {
  const trial = await createLeadingHost({ limits: { maxPendingReads: 2 } });
  const all = [1, 2, 3].map(() => watch(trial.driver.readIndex()));
  await trial.clock.elapse(0);
  assert.is(all[2]!.outcome, 'overloaded');
  acknowledge(trial);
  await trial.clock.elapse(0);
  assert.equal(
    all.map(({ outcome }) => outcome),
    [1, 1, 'overloaded'],
  );
});

test('the strong reads of a turn share one round', async () => {
  const trial = await createLeadingHost();
  for (let read = 0; read < 50; read++) void trial.driver.readIndex();
  await trial.clock.elapse(0);
  assert.is(trial.told('raft.append').length, 2, 'one message a follower');
});

test('a broken invariant of the machine is reported, and the replica is silent from then on', async () => {
  const trial = await createLeadingHost();
  const proposed = watch(trial.driver.propose(books('stock')));
  await trial.clock.elapse(0);
  const before = trial.sent.length;
  trial.driver.dispatch(append(trial.raft.term, { from: 'catalog-3' }));
  await trial.clock.elapse(10_000);
  assert.is(trial.failures.length, 1);
  assert.match(String(trial.failures[0]), 'has two leaders');
  assert.is(proposed.outcome, 'leader-lost');
  assert.is(trial.sent.length, before);
  assert.is(trial.clock.pending, 0);
});

test('a command that breaks the state is reported like a broken invariant', async () => {
  const trial = await createLeadingHost({
    catalogs: 1,
    stateOf: ({ state }) => {
      const apply = state.apply.bind(state);
      state.apply = (position, entry) => {
        if (entry.command) throw new Error('cannot be applied');
        return apply(position, entry);
      };
      return state;
    },
  });
  const proposed = watch(trial.driver.propose(books('stock')));
  await trial.clock.elapse(1_000);
  assert.equal(
    trial.failures.map((failure) => (failure as Error).message),
    ['cannot be applied'],
  );
  assert.is(proposed.outcome, 'leader-lost', 'it may be committed on the others');
});

test('a driver that is stopped ends what waits for it, and its clock', async () => {
  const trial = await createLeadingHost();
  const inLog = watch(trial.driver.propose(books('a')));
  const read = watch(trial.driver.readIndex());
  await trial.clock.elapse(0);
  const queued = watch(trial.driver.propose(books('b')));
  trial.driver.stop();
  await trial.clock.elapse(1_000);
  assert.equal([inLog.outcome, queued.outcome, read.outcome], ['leader-lost', 'not-leader', 'not-leader']);
  assert.is(await trial.driver.propose(books('c')).catch(({ code }) => code), 'not-leader');
  assert.is(trial.clock.pending, 0);
  assert.equal(trial.failures, []);
});

test('a traced proposal tells its way through the leader, and by whom it was committed', async () => {
  const trial = await createLeadingHost();
  const { clock, raft, driver } = trial;
  const trace = createSpanRecorder('catalog-1', 'propose', clock, 100);
  const added = watch(driver.propose(books('stock'), trace));
  void driver.propose(books('untraced'));
  await clock.elapse(SYNC_MS + 2);
  acknowledge(trial, 'catalog-3');
  await clock.elapse(0);
  assert.is.not(added.outcome, 'pending');
  assert.equal(
    trace.span().steps.map(({ what, to, atUs, tookUs, facts }) => [what, to, atUs, tookUs, facts]),
    [
      ['queue', undefined, 0, 0, undefined],
      ['append', undefined, 0, undefined, { index: 2 }],
      ['replicate', 'catalog-2', 0, undefined, undefined],
      ['replicate', 'catalog-3', 0, 12_000, undefined],
      ['batch', undefined, 0, 10_000, { operations: 2 }],
      ['commit', undefined, 12_000, undefined, { index: 2, by: 'catalog-1, catalog-3', of: 3 }],
      ['apply', undefined, 12_000, undefined, { index: 2 }],
    ],
  );
  assert.is(raft.commit, 3);
});

test('nothing of a trace is in what goes to followers', async () => {
  const bodies = await Promise.all(
    [true, false].map(async (isTraced) => {
      const trial = await createLeadingHost();
      const trace = createSpanRecorder('catalog-1', 'propose', trial.clock, 100);
      void trial.driver.propose(books('stock'), isTraced ? trace : undefined);
      await trial.clock.elapse(SYNC_MS);
      return trial.told('raft.append');
    }),
  );
  assert.is(JSON.stringify(bodies[0]), JSON.stringify(bodies[1]));
});

test.run();
