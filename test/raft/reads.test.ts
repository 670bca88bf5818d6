import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Effect, ReplicaEvent } from '../../actors/raft/core/raft.ts';
import {
  appends,
  createLeader,
  createSettledLeader,
  createTrial,
  granted,
  matched,
  ofType,
  refused,
  TURN,
} from './support.ts';

const asked = (...ids: number[]): ReplicaEvent => ({ type: 'reads.requested', ids });
const confirmed = (effects: readonly Effect[]) =>
  ofType(effects, 'confirmReads').map(({ ids, index }) => `${ids} at ${index}`);

test('a strong read is confirmed by the acknowledgements of a round sent after it', async () => {
  const trial = await createSettledLeader();
  const effects = trial.send(asked(7), TURN);
  assert.equal(appends(effects), ['catalog-2: after 1@1', 'catalog-3: after 1@1']);
  assert.equal(confirmed(effects), []);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-3', 1))), ['7 at 1']);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1))), [], 'once');
});

test('replies of older rounds do not confirm a read', async () => {
  const trial = await createSettledLeader();
  const { round } = trial.raft;
  trial.send(asked(7), TURN);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1, round))), []);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-3', 1, round))), []);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-3', 1, round + 1))), ['7 at 1']);
});

test('no strong read is answered before this term has committed something', async () => {
  const trial = await createLeader({ log: [1, 1], commit: 1 });
  trial.send(asked(7), TURN);
  trial.send(matched(trial.raft, 'catalog-2', 2), matched(trial.raft, 'catalog-3', 2), TURN);
  for (const from of trial.raft.peers) {
    assert.equal(
      confirmed(trial.send(matched(trial.raft, from, 2))),
      [],
      'an earlier leader may have committed 2',
    );
  }
  trial.sync();
  trial.send(matched(trial.raft, 'catalog-2', 3));
  assert.is(trial.raft.commit, 3);
  trial.send(TURN);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 3))), ['7 at 3']);
});

test('a refusal confirms too: whoever refuses in this term knows no newer one', async () => {
  const trial = await createSettledLeader();
  trial.send(asked(7), TURN);
  assert.equal(confirmed(trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1 }))), ['7 at 1']);
});

test('reads that came together are confirmed together; those that come meanwhile share the next round', async () => {
  const trial = await createSettledLeader();
  trial.send(asked(1, 2), TURN);
  const { round } = trial.raft;
  trial.send(asked(3), TURN, asked(4), TURN);
  assert.is(trial.raft.round, round, 'no round beside the one under way');
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1, round))), ['1,2 at 1']);
  trial.send(TURN);
  assert.is(trial.raft.round, round + 1);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1, round + 1))), ['3,4 at 1']);
});

test('a read that comes while a round is under way goes with the next entries, or with the next heartbeat', async () => {
  const trial = await createSettledLeader();
  trial.send(asked(1), TURN);
  const { round } = trial.raft;
  trial.send(asked(2), TURN);
  trial.tick(trial.raft.limits.heartbeatTicks);
  trial.send(TURN);
  assert.is(trial.raft.round, round + 1);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1, round + 1))), ['1,2 at 1']);
});

test('with five catalogs two acknowledgements confirm a read', async () => {
  const trial = await createSettledLeader({ catalogs: 5 });
  trial.send(asked(7), TURN);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 1))), []);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-5', 1))), ['7 at 1']);
});

test('a catalog alone confirms its reads itself', async () => {
  const trial = await createTrial({ catalogs: 1 });
  trial.tick(trial.raft.timeout + 1);
  trial.sync();
  trial.sync();
  assert.equal(confirmed(trial.send(asked(7), TURN)), ['7 at 1']);
});

test('a leader that leaves office confirms nothing any more', async () => {
  const trial = await createSettledLeader();
  trial.send(asked(7), TURN);
  const effects = trial.send({ type: 'term.exceeded', term: 5 });
  assert.is(ofType(effects, 'resign').length, 1);
  assert.equal(trial.raft.reads, []);

  trial.tick(trial.raft.timeout + 1);
  trial.send(granted(trial.raft, 'catalog-2', true));
  trial.sync();
  trial.send(granted(trial.raft, 'catalog-2', false), TURN);
  trial.sync();
  trial.send(matched(trial.raft, 'catalog-2', 1), TURN);
  assert.equal(confirmed(trial.send(matched(trial.raft, 'catalog-2', 2))), []);
});

test.run();
