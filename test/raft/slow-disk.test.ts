import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addBooks, newBook } from '../catalog/support.ts';
import { createDriverTrial, createLeadingHost, type DriverTrial, watch } from './driver-support.ts';
import {
  append,
  appendsTo,
  createFollower,
  createLeader,
  createSettledLeader,
  createTrial,
  granted,
  LIMITS,
  matched,
  ofType,
  sent,
  type Trial,
  TURN,
  termsOf,
  voteRequest,
} from './support.ts';

const HANGING = LIMITS.hangingDiskTicks;
const SLOW_MS = 1_000;

/** What was told at once, without waiting for the disk. */
const atOnce = (effects: ReturnType<Trial['send']>) =>
  ofType(effects, 'send').map(({ message }) => message.body);

/** A term's candidate whose own vote is durable. */
async function createCandidate(beginning: Parameters<typeof createTrial>[0] = {}): Promise<Trial> {
  const trial = await createTrial(beginning);
  trial.tick(trial.raft.timeout + 1);
  trial.send(granted(trial.raft, 'catalog-2', true));
  trial.sync();
  assert.is(trial.state, 'candidate');
  return trial;
}

async function slow(trial: DriverTrial, ms = SLOW_MS): Promise<DriverTrial> {
  trial.disk.latencyMs = { least: ms, most: ms };
  return trial;
}

test('a heartbeat is answered at once, with what is durable and no more', async () => {
  const trial = await createFollower({ log: [1, 1] });
  trial.send(append(1, { prev: [2, 1], log: [1, 1, 1] }));
  assert.equal(atOnce(trial.send(append(1, { prev: [5, 1], seq: 9 }))), [
    { term: 1, ok: true, match: 2, agreed: 5, seq: 9 },
  ]);
  trial.sync();
  assert.equal(atOnce(trial.send(append(1, { prev: [5, 1], seq: 10 }))), [
    { term: 1, ok: true, match: 5, seq: 10 },
  ]);
});

test('a heartbeat claims nothing behind its own place, however much is durable', async () => {
  const trial = await createFollower({ log: [1, 1, 1] });
  assert.equal(atOnce(trial.send(append(1, { prev: [1, 1], seq: 3 }))), [
    { term: 1, ok: true, match: 1, seq: 3 },
  ]);
});

test('while its term is not durable a replica promises nothing, but it is alive', async () => {
  const trial = await createTrial({ log: [1, 1] });
  const effects = trial.send(append(4, { prev: [2, 1], seq: 5 }));
  assert.equal(atOnce(effects), [{ term: 4, ok: true, match: 0, agreed: 2, seq: 5 }]);
  trial.sync();
  assert.equal(atOnce(trial.send(append(4, { prev: [2, 1], seq: 6 }))), [
    { term: 4, ok: true, match: 2, seq: 6 },
  ]);
});

test('what replaces a conflicting tail is not durable with what was cut', async () => {
  const trial = await createFollower({ log: [1, 1, 1, 1], term: 2 });
  trial.send(append(2, { prev: [2, 1], log: [2, 2] }));
  assert.equal(termsOf(trial.raft), [1, 1, 2, 2]);
  assert.equal(atOnce(trial.send(append(2, { prev: [4, 2], seq: 2 }))), [
    { term: 2, ok: true, match: 2, agreed: 4, seq: 2 },
  ]);
  trial.send({ type: 'batch.synced', term: 2, votedFor: null, lastIndex: 4, lastTerm: 1, applied: 0 });
  assert.is(trial.raft.durableIndex, 2, 'a batch that was taken before the cut');
});

test('entries that come while the disk is slow are answered twice: at once, and when they are durable', async () => {
  const trial = await createFollower({ log: [1] });
  const entries = append(1, { prev: [1, 1], log: [1], seq: 4 });
  assert.equal(atOnce(trial.send(entries)), [], 'a healthy disk has them soon enough');
  trial.tick(1, 0, 2);
  const effects = trial.send(append(1, { prev: [2, 1], log: [1], seq: 5 }));
  assert.equal(atOnce(effects), [{ term: 1, ok: true, match: 1, agreed: 3, seq: 5 }]);
  assert.equal(
    ofType(effects, 'sendAfterSync').map(({ message }) => message.body),
    [{ term: 1, ok: true, match: 3, seq: 5 }],
  );
});

test('refusals wait for no disk', async () => {
  const trial = await createTrial({ log: [1], term: 3 });
  assert.equal(atOnce(trial.send(append(2, { from: 'catalog-3', seq: 7 }))), [
    { term: 3, ok: false, match: 0, seq: 7 },
  ]);
  assert.equal(atOnce(trial.send(append(4, { prev: [9, 4], seq: 8 }))), [
    { term: 4, ok: false, match: 0, conflictIndex: 2, seq: 8 },
  ]);
});

test('a leader commits nothing by an answer that came before the sync', async () => {
  const trial = await createLeader();
  trial.send(TURN);
  trial.sync();
  trial.send({ ...matched(trial.raft, 'catalog-2', 0), agreed: 1 });
  assert.is(trial.raft.commit, 0);
  assert.is(trial.raft.progress.get('catalog-2')!.match, 0);
  trial.send(matched(trial.raft, 'catalog-2', 1));
  assert.is(trial.raft.commit, 1);
});

test('a leader goes on behind what a follower has in memory, and sends nothing twice', async () => {
  const trial = await createLeader({ log: [1, 1, 1] });
  trial.send(TURN);
  trial.send({ ...matched(trial.raft, 'catalog-2', 1), agreed: 3 });
  assert.equal(appendsTo('catalog-2', trial.send(TURN)), ['2 after 3@1']);
});

test('followers that are alive keep their leader in office while their disks hang', async () => {
  const trial = await createSettledLeader();
  for (let beat = 0; beat < 50; beat++) {
    trial.tick(LIMITS.heartbeatTicks);
    trial.send(TURN, { ...matched(trial.raft, 'catalog-2', 1), agreed: 1 });
  }
  assert.is(trial.state, 'leader');
});

test('a leader gives up the lead when its own disk hangs, and does not stand while it does', async () => {
  const trial = await createSettledLeader();
  const { term } = trial.raft;
  for (let ticks = 1; ticks <= HANGING; ticks++) {
    trial.send(matched(trial.raft, 'catalog-2', 1));
    assert.is(trial.state, 'leader', `${ticks} ticks`);
    trial.tick(1, 0, ticks);
  }
  assert.equal(
    trial.tick(1, 0, HANGING + 1).map(({ type }) => type),
    ['resign'],
  );
  assert.is(trial.state, 'follower');
  trial.tick(10 * LIMITS.electionTicks, 0, HANGING + 2);
  assert.is(trial.state, 'follower');
  const asked = { pre: true, lastTerm: term, lastIndex: 1 };
  assert.not(sent(trial.send(voteRequest(term + 1, asked)), 'raft.voted')[0]!.granted, 'it backs nobody');
  trial.sync();
  trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'preCandidate');
});

test('the election clock stands still while the own vote is being written', async () => {
  const trial = await createTrial();
  trial.send(voteRequest(1));
  trial.tick(10 * LIMITS.electionTicks);
  assert.is(trial.state, 'follower');
  trial.sync();
  trial.tick(trial.raft.timeout);
  assert.is(trial.state, 'follower');
  trial.tick();
  assert.is(trial.state, 'preCandidate');
});

test('a candidate does not give its term up while its own vote is being written', async () => {
  const trial = await createTrial();
  trial.tick(trial.raft.timeout + 1);
  trial.send(granted(trial.raft, 'catalog-2', true));
  trial.tick(10 * LIMITS.electionTicks);
  assert.is(trial.state, 'candidate');
  assert.is(trial.raft.term, 1);
});

test('a vote that comes after the candidate has begun to ask again still elects it', async () => {
  const trial = await createCandidate();
  trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'preCandidate');
  trial.send(granted(trial.raft, 'catalog-2', false));
  assert.is(trial.state, 'leader');
  assert.is(trial.raft.term, 1);
});

test('a candidate whose disk hangs meanwhile leads only when it goes on', async () => {
  const trial = await createCandidate();
  trial.tick(1, 0, HANGING);
  trial.send(granted(trial.raft, 'catalog-2', false));
  assert.is(trial.state, 'candidate');
  trial.sync();
  assert.is(trial.state, 'leader');
});

test('votes of an earlier term, or of a term in which it has led before, elect nobody', async () => {
  const trial = await createCandidate({ catalogs: 3 });
  const { term } = trial.raft;
  trial.send({ type: 'term.exceeded', term: term + 1 });
  trial.sync();
  trial.tick(trial.raft.timeout + 1);
  trial.send({ ...granted(trial.raft, 'catalog-2', false), campaign: term });
  assert.is(trial.state, 'preCandidate');

  const former = await createLeader();
  former.tick(2 * LIMITS.electionTicks + 1);
  assert.is(former.state, 'follower', 'it has lost its quorum');
  former.sync();
  former.tick(former.raft.timeout + 1);
  former.send(granted(former.raft, 'catalog-2', false));
  assert.is(former.state, 'preCandidate');
});

test('while its vote is being written a replica backs no further campaign', async () => {
  const trial = await createTrial();
  trial.send(voteRequest(1));
  const again = voteRequest(2, { from: 'catalog-3', pre: true });
  assert.not(sent(trial.send(again), 'raft.voted')[0]!.granted);
  trial.sync();
  assert.ok(sent(trial.send(again), 'raft.voted')[0]!.granted);
});

test('patience grows with the slowest sync seen, is bounded, and fades', async () => {
  const patience = async (syncTicks: number, later = 0) => {
    const trial = await createTrial();
    trial.tick(1, 0, syncTicks);
    trial.sync();
    trial.tick(later);
    trial.raft.elapsed = trial.raft.timeout;
    trial.tick();
    assert.is(trial.state, 'preCandidate');
    return trial.raft.timeout - LIMITS.electionTicks;
  };
  assert.is(await patience(1), 0, 'a healthy disk');
  assert.is(await patience(21), 40);
  assert.is(await patience(1_000), LIMITS.maxPatienceTicks);
  assert.is(await patience(21, 5), 39);
});

test('whoever has granted a pre-vote lets that campaign go first, once', async () => {
  const trial = await createTrial();
  trial.tick(1, 0, 11);
  trial.sync();
  const ask = voteRequest(1, { pre: true });
  trial.send(ask);
  assert.is(trial.raft.timeout, LIMITS.electionTicks + 20);
  trial.tick(3);
  trial.send(ask);
  assert.is(trial.raft.elapsed, 3);
});

test('a hanging disk takes no snapshot in', async () => {
  const trial = await createFollower();
  const chunk = {
    term: 1,
    transfer: 't',
    index: 9,
    lastTerm: 1,
    sum: 1,
    digest: '',
    checksum: 0,
    chunk: 0,
    records: [],
    amends: false,
    done: true,
  };
  trial.tick(1, 0, HANGING);
  const effects = trial.send({ type: 'snapshot.received', from: 'catalog-2', term: 1, body: chunk });
  assert.equal(ofType(effects, 'receiveSnapshot'), []);
});

test('a driver answers heartbeats beside a sync of a second, and entries behind it', async () => {
  const trial = await slow(await createDriverTrial());
  trial.driver.dispatch(append(1, { log: [1], seq: 1 }));
  for (let seq = 2; seq <= 10; seq++) {
    await trial.clock.elapse(50);
    trial.driver.dispatch(append(1, { prev: [1, 1], seq }));
  }
  assert.equal(
    trial.told('raft.appended').map(({ seq, match }) => `${seq}: ${match}`),
    [2, 3, 4, 5, 6, 7, 8, 9, 10].map((seq) => `${seq}: 0`),
  );
  await trial.clock.elapse(SLOW_MS);
  assert.equal(trial.told('raft.appended').at(-1), { term: 1, ok: true, match: 1, seq: 1 });
});

test('a driver whose disk hangs under its lead says of its proposals that it does not know, and takes no more', async () => {
  const trial = await slow(await createLeadingHost(), 60_000);
  const { tickMs } = trial.raft.limits;
  const inLog = watch(trial.driver.propose(addBooks('a', [newBook(undefined)])));
  for (let ticks = 0; ticks < HANGING + 3; ticks++) {
    await trial.clock.elapse(tickMs);
    if (trial.driver.role === 'leader') trial.driver.dispatch(matched(trial.raft, 'catalog-2', 1));
  }
  assert.is(trial.driver.role, 'follower');
  assert.is(inLog.outcome, 'leader-lost');
  const refused = watch(trial.driver.propose(addBooks('b', [newBook(undefined)])));
  await trial.clock.elapse(0);
  assert.is(refused.outcome, 'not-leader');
  const length = trial.raft.log.lastIndex;
  await trial.clock.elapse(30_000);
  assert.is(trial.raft.log.lastIndex, length);
  assert.is(trial.driver.role, 'follower');
});

test('a driver is elected in one term although each sync takes a second', async () => {
  const trial = await slow(await createDriverTrial());
  const { clock, driver, raft } = trial;
  await clock.elapse(raft.limits.tickMs * (raft.timeout + 1));
  driver.dispatch(granted(raft, 'catalog-2', true));
  assert.is(driver.role, 'candidate');
  await clock.elapse(2 * SLOW_MS);
  assert.ok(trial.told('raft.vote').some(({ pre, term }) => !pre && term === 1));
  await clock.elapse(SLOW_MS);
  driver.dispatch(granted(raft, 'catalog-2', false));
  assert.is(driver.role, 'leader');
  assert.is(raft.term, 1);
});

test.run();
