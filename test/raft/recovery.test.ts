import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { learnVoteFloor } from '../../actors/raft/learn-vote-floor.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { NodeId, Reply } from '../../runtime/links/mesh.ts';
import { meshCluster } from '../support/memory-cluster.ts';
import { watch } from './driver-support.ts';
import { append, createTrial, ofType, sent, voteRequest } from './support.ts';

const PATIENCE_MS = 300;

type Answer = Reply<'raft.identify'>;
const remembers = (term: number, lastTerm: number, lastIndex: number): Answer => ({
  recovering: false,
  term,
  lastTerm,
  lastIndex,
});
const RECOVERING: Answer = { recovering: true };

/** `catalog-1` has been wiped and asks the others, who answer what `answers` says at the time. */
async function recover(answers: Record<NodeId, Answer | undefined>, { quorum = 2 } = {}) {
  const cluster = meshCluster();
  const peers = Object.keys(answers);
  const nodes = await cluster.openAll('catalog-1', ...peers);
  for (const peer of peers) {
    nodes[peer]!.onAsk('raft.identify', () => {
      const answer = answers[peer];
      if (!answer) throw new BazarError('unavailable');
      return answer;
    });
  }
  let stopped = false;
  const voteFloor = watch(
    learnVoteFloor({
      mesh: nodes['catalog-1']!,
      clock: cluster.clock,
      raft: { peers, quorum },
      patienceMs: PATIENCE_MS,
      isStopped: () => stopped,
    }),
  );
  return { cluster, nodes, voteFloor, stop: () => (stopped = true) };
}

test('the vote floor is the greatest term and the newest log of all others', async () => {
  const { cluster, voteFloor } = await recover({
    'catalog-2': remembers(7, 2, 90),
    'catalog-3': remembers(3, 3, 5),
  });
  await cluster.clock.elapse(100);
  assert.equal(voteFloor.outcome, {
    type: 'voteFloor.learnt',
    term: 7,
    voteFloor: { lastTerm: 3, lastIndex: 5 },
  });
});

test('a wiped replica recovers only after every other has answered', async () => {
  const answers: Record<NodeId, Answer | undefined> = {
    'catalog-2': remembers(1, 1, 1),
    'catalog-3': undefined,
  };
  const { cluster, voteFloor } = await recover(answers);
  await cluster.clock.elapse(60_000);
  assert.is(voteFloor.outcome, 'pending', 'catalog-3 may be the one that knows what this one has forgotten');
  answers['catalog-3'] = remembers(2, 1, 4);
  await cluster.clock.elapse(2 * PATIENCE_MS);
  assert.equal(voteFloor.outcome, {
    type: 'voteFloor.learnt',
    term: 2,
    voteFloor: { lastTerm: 1, lastIndex: 4 },
  });
});

test('the question is asked again when the link comes back', async () => {
  const { cluster, nodes, voteFloor } = await recover({ 'catalog-2': undefined, 'catalog-3': undefined });
  for (const id of ['catalog-2', 'catalog-3']) await nodes[id]!.close();
  await cluster.clock.elapse(5_000);
  assert.is(voteFloor.outcome, 'pending');
  const back = await Promise.all([cluster.open('catalog-2'), cluster.open('catalog-3')]);
  for (const node of back) node.onAsk('raft.identify', () => remembers(4, 4, 4));
  cluster.link(nodes['catalog-1']!, ...back);
  await cluster.clock.elapse(5_000);
  assert.equal(voteFloor.outcome, {
    type: 'voteFloor.learnt',
    term: 4,
    voteFloor: { lastTerm: 4, lastIndex: 4 },
  });
});

test('two of three catalogs that have lost their disks wait until one of them has its log again', async () => {
  const answers: Record<NodeId, Answer> = { 'catalog-2': remembers(1, 1, 1), 'catalog-3': RECOVERING };
  const { cluster, voteFloor } = await recover(answers);
  await cluster.clock.elapse(10_000);
  assert.is(voteFloor.outcome, 'pending');
  answers['catalog-3'] = remembers(1, 1, 1);
  await cluster.clock.elapse(2 * PATIENCE_MS);
  assert.is.not(voteFloor.outcome, 'pending');
});

test('two of five catalogs that have lost their disks do not wait for each other', async () => {
  const { cluster, voteFloor } = await recover(
    {
      'catalog-2': RECOVERING,
      'catalog-3': remembers(5, 4, 9),
      'catalog-4': remembers(5, 5, 2),
      'catalog-5': remembers(4, 4, 30),
    },
    { quorum: 3 },
  );
  await cluster.clock.elapse(100);
  assert.equal(voteFloor.outcome, {
    type: 'voteFloor.learnt',
    term: 5,
    voteFloor: { lastTerm: 5, lastIndex: 2 },
  });
});

test('a replica that is stopped asks no more', async () => {
  const { cluster, voteFloor, stop } = await recover({ 'catalog-2': undefined, 'catalog-3': undefined });
  await cluster.clock.elapse(1_000);
  stop();
  await cluster.clock.elapse(2 * PATIENCE_MS);
  assert.match(String(voteFloor.outcome), 'stopped');
});

const FLOOR = { lastTerm: 3, lastIndex: 6 };

/** A replica that has just taken `FLOOR`, in term 5. */
async function createVowed() {
  const trial = await createTrial({ wiped: true });
  const effects = trial.send({ type: 'voteFloor.learnt', term: 5, voteFloor: FLOOR });
  return { trial, effects };
}

test('the vote floor is written with its term, in which no vote is left', async () => {
  const { trial, effects } = await createVowed();
  assert.equal(effects, [{ type: 'persist', term: 5, votedFor: 'catalog-1', voteFloor: FLOOR }]);
  const [answer] = sent(trial.send(voteRequest(5, FLOOR)), 'raft.voted');
  assert.not(answer!.granted, 'it may have voted in that term before its disk was lost');
});

test('the vote floor is obeyed in votes and pre-votes: none for a log that is older', async () => {
  for (const pre of [true, false]) {
    const older = [
      { lastTerm: 3, lastIndex: 5 },
      { lastTerm: 2, lastIndex: 99 },
    ];
    for (const end of older) {
      const { trial } = await createVowed();
      assert.not(sent(trial.send(voteRequest(6, { pre, ...end })), 'raft.voted')[0]!.granted);
    }
    const { trial } = await createVowed();
    trial.sync();
    assert.ok(sent(trial.send(voteRequest(6, { pre, ...FLOOR })), 'raft.voted')[0]!.granted);
  }
});

test('the vote floor is obeyed in standing: only with a log that is at least as new', async () => {
  const { trial } = await createVowed();
  trial.sync();
  assert.equal(trial.tick(1_000), []);
  trial.send(append(5, { log: [1, 1, 3, 3, 3] }));
  trial.tick(1_000);
  assert.is(trial.state, 'follower');
  trial.send(append(5, { prev: [5, 3], log: [3] }));
  trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'preCandidate');
});

test('the vote floor outlives the process, on the disk', async () => {
  const trial = await createTrial({ log: [1], voteFloor: FLOOR });
  assert.equal(trial.tick(1_000), []);
  const effects = trial.send(append(7, { log: [1] }));
  assert.equal(ofType(effects, 'persist')[0]!.voteFloor, FLOOR);
});

test('after the vote floor a replica acknowledges what it is sent', async () => {
  const { trial } = await createVowed();
  const effects = trial.send(append(5, { log: [1, 1] }));
  assert.is(sent(effects, 'raft.appended')[0]!.match, 2);
});

test.run();
