import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf, ReplicaEvent } from '../../actors/raft/core/raft.ts';
import {
  append,
  appendsTo,
  createFollower,
  createSettledLeader,
  createTrial,
  LIMITS,
  matched,
  ofType,
  refused,
  sent,
  type Trial,
  TURN,
  termsOf,
} from './support.ts';

/** A leader that has forgotten entries which `catalog-2` turns out to lack. */
async function createSnapshotSender(): Promise<Trial> {
  const trial = await createSettledLeader({ log: [1, 1, 1, 1], forgotten: 3 });
  trial.send({ type: 'peer.connected', peer: 'catalog-2', wiped: true }, TURN);
  const effects = trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1 }), TURN);
  assert.equal(ofType(effects, 'sendSnapshot'), [{ type: 'sendSnapshot', to: 'catalog-2' }]);
  return trial;
}

const modeOf = ({ raft }: Trial) => raft.progress.get('catalog-2')!.mode;
const delivered = (index: number): ReplicaEvent => ({ type: 'snapshot.delivered', peer: 'catalog-2', index });
const installed = (index: number, term: number): ReplicaEvent => ({
  type: 'snapshot.installed',
  position: { index, term, sum: 99 },
});

function chunk(term: number): EventOf<'snapshot.received'> {
  const body = {
    term,
    transfer: 't',
    index: 9,
    lastTerm: 1,
    sum: 0,
    digest: '',
    checksum: 0,
    chunk: 0,
    records: [],
    amends: false,
    done: true,
  };
  return { type: 'snapshot.received', from: 'catalog-2', term, body };
}

test('a follower that lacks forgotten entries gets a snapshot, and heartbeats meanwhile', async () => {
  const trial = await createSnapshotSender();
  trial.tick(LIMITS.heartbeatTicks);
  const beat = trial.send(TURN);
  assert.equal(appendsTo('catalog-2', beat), ['after 0@0']);
  assert.equal(ofType(beat, 'sendSnapshot'), [], 'one transfer at a time');
  trial.send(matched(trial.raft, 'catalog-2', 0));
  assert.is(modeOf(trial), 'snapshot', 'the answer to a heartbeat does not end it');
});

test('after a snapshot the follower is probed behind it, and counted for it', async () => {
  const trial = await createSnapshotSender();
  assert.equal(appendsTo('catalog-2', trial.send(delivered(4), TURN)), ['after 4@1']);
  assert.is(trial.raft.progress.get('catalog-2')!.match, 4);
  assert.equal(appendsTo('catalog-2', trial.send(matched(trial.raft, 'catalog-2', 4), TURN)), [
    '2 after 4@1',
  ]);
});

test('a snapshot that failed is followed by another if nothing else fits', async () => {
  const trial = await createSnapshotSender();
  const retry = trial.send({ type: 'snapshot.failed', peer: 'catalog-2' }, TURN);
  assert.equal(appendsTo('catalog-2', retry), ['after 3@1'], 'it may have come by the entries meanwhile');
  const again = trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1 }), TURN);
  assert.is(ofType(again, 'sendSnapshot').length, 1);
});

test('a link that opens anew, and the end of office, stop a snapshot on its way', async () => {
  const stopped = [{ type: 'stopSnapshot', to: 'catalog-2' }];
  const reopened = await createSnapshotSender();
  const effects = reopened.send({ type: 'peer.connected', peer: 'catalog-2', wiped: false });
  assert.equal(ofType(effects, 'stopSnapshot'), stopped);
  assert.is(modeOf(reopened), 'probe');
  const deposed = await createSnapshotSender();
  assert.equal(ofType(deposed.send({ type: 'term.exceeded', term: 7 }), 'stopSnapshot'), stopped);
});

test('a delivery that is reported when nobody waits for it changes nothing', async () => {
  const trial = await createSettledLeader();
  trial.send(delivered(50), { type: 'snapshot.failed', peer: 'catalog-2' });
  assert.is(modeOf(trial), 'replicate');
  assert.is(trial.raft.progress.get('catalog-2')!.match, 1);
});

test('a chunk is a sign of life of the leader, unless its term is older', async () => {
  const trial = await createFollower({ term: 3 });
  trial.tick(LIMITS.electionTicks - 1);
  assert.is(ofType(trial.send(chunk(3)), 'receiveSnapshot').length, 1);
  trial.tick(LIMITS.electionTicks);
  assert.is(trial.state, 'follower');
  assert.equal(trial.send(chunk(2)), []);
  const effects = trial.send(chunk(5));
  assert.is(ofType(effects, 'persist')[0]!.term, 5);
  assert.is(ofType(effects, 'receiveSnapshot').length, 1);
});

test('a snapshot over a conflicting entry discards the log', async () => {
  const trial = await createTrial({ log: [1, 1, 1, 1, 1] });
  trial.send(installed(4, 2));
  assert.equal(trial.raft.log.offset, { index: 4, term: 2, sum: 99 });
  assert.equal(termsOf(trial.raft), []);
  assert.is(trial.raft.log.lastIndex, 4);
  assert.is(trial.raft.commit, 4);
});

test('a snapshot beyond the end of the log discards it too', async () => {
  const trial = await createTrial({ log: [1, 1] });
  trial.send(installed(8, 1));
  assert.is(trial.raft.log.lastIndex, 8);
});

test('a snapshot is durable with the batch that switches over to it, and not before', async () => {
  const trial = await createFollower({ log: [1, 1, 1], commit: 2 });
  trial.send(installed(8, 1));
  assert.is(trial.raft.durableIndex, 2, 'the old state and what it was made of');
  const early = trial.send(append(1, { prev: [8, 1] }));
  assert.equal(sent(early, 'raft.appended'), [
    { to: 'catalog-2', term: 1, ok: true, match: 2, agreed: 8, seq: 1 },
  ]);
  trial.sync();
  assert.is(trial.raft.durableIndex, 8);
});

test('a snapshot that the log agrees with leaves its tail', async () => {
  const trial = await createTrial({ log: [1, 2, 2, 2] });
  trial.send(installed(2, 2));
  assert.is(trial.raft.log.offset.index, 2);
  assert.equal(termsOf(trial.raft), [2, 2]);
});

test('a batch that was taken before the snapshot does not make the new log durable', async () => {
  const trial = await createTrial({ log: [1, 1, 1, 1, 1, 1] });
  trial.send(installed(4, 2), append(2, { prev: [4, 2], log: [2, 2] }));
  trial.send({ type: 'batch.synced', term: 1, votedFor: null, lastIndex: 6, lastTerm: 1, applied: 0 });
  assert.is(trial.raft.durableIndex, 0);
  trial.sync();
  assert.is(trial.raft.durableIndex, 6);
});

test('behind a snapshot the log goes on with the next append', async () => {
  const trial = await createTrial({ log: [1] });
  trial.send(installed(4, 2));
  const effects = trial.send(append(2, { prev: [3, 2], log: [2, 2], commit: 5 }));
  assert.is(sent(effects, 'raft.appended')[0]!.match, 5);
  assert.equal(termsOf(trial.raft), [2]);
  assert.equal(ofType(effects, 'apply'), [{ type: 'apply', commit: 5 }]);
});

test.run();
