import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Effect } from '../../actors/raft/core/raft.ts';
import { append, createTrial, ofType, sent, termsOf, voteRequest } from './support.ts';

/** What a follower answers, in short. */
function answerIn(effects: readonly Effect[]): string {
  const [answer] = sent(effects, 'raft.appended');
  if (!answer) return 'nothing';
  if (answer.ok) return `has ${answer.match}`;
  return `parts at ${answer.conflictIndex}${answer.conflictTerm ? ` in term ${answer.conflictTerm}` : ''}`;
}

const applied = (effects: readonly Effect[]) => ofType(effects, 'apply').map(({ commit }) => commit);

test('entries that follow on the log are taken over, and answered after the sync', async () => {
  const trial = await createTrial({ log: [1, 1] });
  const effects = trial.send(append(1, { prev: [2, 1], log: [1, 1], seq: 8 }));
  assert.equal(termsOf(trial.raft), [1, 1, 1, 1]);
  assert.equal(effects, [
    {
      type: 'sendAfterSync',
      to: 'catalog-2',
      message: { type: 'raft.appended', body: { term: 1, ok: true, match: 4, seq: 8 } },
    },
  ]);
});

test('an append of a newer term has that term written with its entries', async () => {
  const trial = await createTrial();
  const effects = trial.send(append(3, { log: [3] }));
  assert.equal(ofType(effects, 'persist'), [{ type: 'persist', term: 3, votedFor: null, voteFloor: null }]);
  assert.is(trial.raft.leader, 'catalog-2');
});

test('a candidate that hears the leader of its term follows it', async () => {
  const trial = await createTrial();
  trial.tick(trial.raft.timeout + 1);
  const { term } = trial.raft;
  trial.send(append(term, {}));
  assert.is(trial.state, 'follower');
  assert.is(trial.raft.term, term);
});

test('an append that leaves a gap is refused with the end of the log', async () => {
  const trial = await createTrial({ log: [1, 1] });
  assert.is(answerIn(trial.send(append(1, { prev: [5, 1], log: [1] }))), 'parts at 3');
  assert.equal(termsOf(trial.raft), [1, 1]);
});

test('an append behind an entry of another term is refused with the place where that term begins', async () => {
  const trial = await createTrial({ log: [1, 2, 2, 2] });
  assert.is(answerIn(trial.send(append(3, { prev: [4, 3], log: [3] }))), 'parts at 2 in term 2');
  assert.equal(termsOf(trial.raft), [1, 2, 2, 2], 'a refusal alone cuts nothing');
});

test('the place where logs part is never put among committed entries', async () => {
  const trial = await createTrial({ log: [1, 2, 2, 2], commit: 3 });
  assert.is(answerIn(trial.send(append(3, { prev: [4, 3], log: [3] }))), 'parts at 4 in term 2');
});

test('a real conflict cuts the tail, and no more than the tail', async () => {
  const trial = await createTrial({ log: [1, 1, 2, 2, 2] });
  const effects = trial.send(append(3, { prev: [1, 1], log: [1, 3] }));
  assert.equal(termsOf(trial.raft), [1, 1, 3]);
  assert.is(answerIn(effects), 'has 3');
  assert.is(trial.raft.durableIndex, 2, 'what was put in its place is not durable');
});

test('a late append never truncates a matching suffix', async () => {
  const trial = await createTrial({ log: [1, 1, 1, 1] });
  const effects = trial.send(append(1, { prev: [1, 1], log: [1] }));
  assert.equal(termsOf(trial.raft), [1, 1, 1, 1]);
  assert.is(answerIn(effects), 'has 2', 'the match is what this append vouched for, not the whole log');
});

test('an append that comes twice does nothing the second time', async () => {
  const trial = await createTrial({ log: [1] });
  const event = append(1, { prev: [1, 1], log: [1, 1], commit: 2 });
  assert.equal(applied(trial.send(event)), [2]);
  const again = trial.send(event);
  assert.equal(applied(again), []);
  assert.is(answerIn(again), 'has 3');
  assert.equal(termsOf(trial.raft), [1, 1, 1]);
});

test('a conflict with a committed entry is a broken invariant, and stops the machine', async () => {
  const trial = await createTrial({ log: [1, 1, 1], commit: 2 });
  trial.send(append(2, { prev: [1, 1], log: [2] }));
  assert.match(String(trial.fault), 'entry 2 is committed');
  assert.equal(termsOf(trial.raft), [1, 1, 1]);
});

test('the commit index is capped by what this leader has vouched for', async () => {
  const trial = await createTrial({ log: [1, 1, 1] });
  assert.equal(applied(trial.send(append(2, { prev: [1, 1], log: [1], commit: 3 }))), [2]);
  assert.is(trial.raft.commit, 2, 'entry 3 may yet be overwritten');
  assert.is(trial.raft.leaderCommit, 3);
  assert.equal(
    applied(trial.send(append(2, { prev: [5, 2], commit: 5 }))),
    [],
    'a refused append commits nothing',
  );
});

test('the commit index never goes back', async () => {
  const trial = await createTrial({ log: [1, 1, 1], commit: 3 });
  assert.equal(applied(trial.send(append(1, { prev: [3, 1], commit: 1 }))), []);
  assert.is(trial.raft.commit, 3);
});

test('an append that begins among forgotten entries is taken from the compaction edge on', async () => {
  const trial = await createTrial({ log: [1, 1, 1, 2], forgotten: 3 });
  assert.is(answerIn(trial.send(append(2, { prev: [1, 1], log: [1, 1, 2, 2] }))), 'has 5');
  assert.equal(termsOf(trial.raft), [2, 2]);
});

test('an append that ends among forgotten entries is acknowledged as far as it goes', async () => {
  const trial = await createTrial({ log: [1, 1, 1, 2], forgotten: 3 });
  assert.is(answerIn(trial.send(append(2, { prev: [0, 0], log: [1, 1] }))), 'has 2');
  assert.equal(termsOf(trial.raft), [2]);
});

test('the term at the compaction edge is known, and compared', async () => {
  const fits = await createTrial({ log: [1, 1, 2], forgotten: 3 });
  assert.is(answerIn(fits.send(append(3, { prev: [3, 2], log: [3] }))), 'has 4');
  const parts = await createTrial({ log: [1, 1, 2, 2], forgotten: 3 });
  assert.is(answerIn(parts.send(append(3, { prev: [4, 3], log: [3] }))), 'parts at 4 in term 2');
});

test('with everything forgotten, the end of the log is still that of its last entry', async () => {
  const trial = await createTrial({ log: [1, 2], forgotten: 2 });
  const ask = (lastTerm: number, lastIndex: number) =>
    sent(trial.send(voteRequest(3, { pre: true, lastTerm, lastIndex })), 'raft.voted')[0]!.granted;
  assert.ok(ask(2, 2));
  assert.not(ask(2, 1));
  assert.not(ask(1, 5));
});

test.run();
