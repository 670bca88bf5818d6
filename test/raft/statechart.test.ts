import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createActor } from 'xstate';
import type { ReplicaEvent } from '../../actors/raft/core/raft.ts';
import { replicaStatechart } from '../../actors/raft/core/statechart.ts';
import {
  append,
  createLeader,
  createRaft,
  createTrial,
  granted,
  ofType,
  sent,
  voteRequest,
} from './support.ts';

test('the machine can be built, and starts as a follower', async () => {
  const actor = createActor(replicaStatechart, { input: { raft: await createRaft() } }).start();
  assert.equal(actor.getSnapshot().value, { participating: 'follower' });
});

test('a replica goes from follower over pre-candidate and candidate to leader, and back', async () => {
  const trial = await createTrial();
  assert.is(trial.state, 'follower');
  trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'preCandidate');
  trial.send(granted(trial.raft, 'catalog-2', true));
  assert.is(trial.state, 'candidate');
  trial.sync();
  trial.send(granted(trial.raft, 'catalog-2', false));
  assert.is(trial.state, 'leader');
  trial.send({ type: 'term.exceeded', term: 5 });
  assert.is(trial.state, 'follower');
  assert.is(trial.raft.term, 5);
});

test('a catalog alone elects itself once its vote is durable', async () => {
  const trial = await createTrial({ catalogs: 1 });
  trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'candidate');
  trial.sync();
  assert.is(trial.state, 'leader');
  trial.sync();
  assert.is(trial.raft.commit, 1);
});

test('a wiped replica recovers first, deaf to everything but the vote floor', async () => {
  const trial = await createTrial({ wiped: true });
  assert.is(trial.state, 'recovering');
  assert.equal(trial.send(voteRequest(1), append(1, { log: [1] })), []);
  assert.equal(trial.tick(100), []);
  assert.is(trial.state, 'recovering');
  trial.send({ type: 'voteFloor.learnt', term: 3, voteFloor: { lastTerm: 2, lastIndex: 7 } });
  assert.is(trial.state, 'follower');
});

test('events that do not concern the present state change nothing', async () => {
  const trial = await createTrial({ log: [1, 1] });
  const effects = trial.send(
    { type: 'turn.ended' },
    { type: 'commands.proposed', commands: [], at: 0 },
    { type: 'reads.requested', ids: [1] },
    { type: 'snapshot.delivered', peer: 'catalog-2', index: 9 },
    { type: 'snapshot.failed', peer: 'catalog-2' },
    { type: 'append.answered', from: 'catalog-2', term: 1, ok: true, match: 2, seq: 1 },
    { type: 'voteFloor.learnt', term: 8, voteFloor: { lastTerm: 8, lastIndex: 8 } },
  );
  assert.equal(effects, []);
  assert.is(trial.state, 'follower');
  assert.is(trial.raft.term, 1);
  assert.is(trial.raft.commit, 0);
});

test('two leaders of one term are a broken invariant, and stop the machine', async () => {
  const trial = await createLeader();
  trial.send(append(trial.raft.term, { from: 'catalog-3' }));
  assert.match(String(trial.fault), 'has two leaders');
});

test('every message of a newer term makes a follower of that term, from any role', async () => {
  const messages: ReplicaEvent[] = [
    append(9, {}),
    { type: 'append.answered', from: 'catalog-2', term: 9, ok: false, match: 0, seq: 0 },
    { type: 'vote.answered', from: 'catalog-2', term: 9, campaign: 1, pre: true, granted: false },
    { type: 'term.exceeded', term: 9 },
  ];
  for (const role of ['follower', 'preCandidate', 'candidate', 'leader']) {
    for (const message of messages) {
      const trial = role === 'leader' ? await createLeader() : await createTrial();
      if (role === 'preCandidate' || role === 'candidate') trial.tick(trial.raft.timeout + 1);
      if (role === 'candidate') trial.send(granted(trial.raft, 'catalog-2', true));
      assert.is(trial.state, role);
      const effects = trial.send(message);
      assert.is(trial.state, 'follower', `${role}, ${message.type}`);
      assert.is(trial.raft.term, 9);
      assert.is(trial.raft.votedFor, null);
      assert.is(ofType(effects, 'persist')[0]!.term, 9);
      assert.is(ofType(effects, 'resign').length, role === 'leader' ? 1 : 0);
    }
  }
});

test('an append of an older term is refused, and its sender learns of the newer one', async () => {
  for (const trial of [await createTrial({ term: 4 }), await createLeader({ term: 3 })]) {
    const { state } = trial;
    const effects = trial.send(append(2, { from: 'catalog-3', log: [2], seq: 7 }));
    assert.equal(sent(effects, 'raft.appended'), [{ to: 'catalog-3', term: 4, ok: false, match: 0, seq: 7 }]);
    assert.is(trial.state, state);
    assert.is.not(trial.raft.leader, 'catalog-3');
  }
});

test.run();
