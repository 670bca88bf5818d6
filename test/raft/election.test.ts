import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  append,
  createFollower,
  createTrial,
  granted,
  LIMITS,
  ofType,
  sent,
  type Trial,
  voteRequest,
} from './support.ts';

/** Ticks until it stands, from now. */
function ticksToCampaign(trial: Trial): number {
  let ticks = 0;
  for (; trial.state === 'follower'; ticks++) trial.tick();
  return ticks;
}

async function createCandidate(beginning: Parameters<typeof createTrial>[0] = {}): Promise<Trial> {
  const trial = await createTrial(beginning);
  trial.tick(trial.raft.timeout + 1);
  const others = trial.raft.peers.slice(0, trial.raft.quorum - 1);
  trial.send(...others.map((from) => granted(trial.raft, from, true)));
  assert.is(trial.state, 'candidate');
  return trial;
}

test('the election timer draws from one to two timeouts', async () => {
  const trial = await createTrial({ term: 1 });
  const drawn = (draw: number) => {
    trial.tick(1, draw);
    trial.send(append(1, {}));
    return trial.raft.timeout;
  };
  assert.is(drawn(0), LIMITS.electionTicks);
  assert.is(drawn(0.999_999), 2 * LIMITS.electionTicks);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
      const timeout = drawn(draw);
      return Number.isInteger(timeout) && timeout >= 10 && timeout <= 20;
    }),
  );
});

test('a leader that is heard in time is not stood against', async () => {
  const trial = await createFollower();
  for (let beat = 0; beat < 10; beat++) {
    trial.tick(LIMITS.electionTicks);
    trial.send(append(1, {}));
    assert.is(trial.state, 'follower');
  }
  assert.is(ticksToCampaign(trial), LIMITS.electionTicks + 1);
});

test('a pre-vote asks about the next term and changes none', async () => {
  const trial = await createTrial({ log: [1, 2] });
  const effects = trial.tick(trial.raft.timeout + 1);
  const body = { term: 3, pre: true, lastTerm: 2, lastIndex: 2 };
  assert.equal(sent(effects, 'raft.vote'), [
    { to: 'catalog-2', ...body },
    { to: 'catalog-3', ...body },
  ]);
  assert.is(trial.raft.term, 2);
  assert.equal(ofType(effects, 'persist'), []);
});

test('a pre-vote is granted without a promise: the same replica grants another', async () => {
  const trial = await createTrial({ log: [1] });
  for (const from of ['catalog-2', 'catalog-3']) {
    const effects = trial.send(voteRequest(2, { from, pre: true, lastTerm: 1, lastIndex: 1 }));
    assert.equal(effects.length, 1);
    assert.equal(sent(effects, 'raft.voted'), [{ to: from, term: 1, campaign: 2, pre: true, granted: true }]);
  }
  assert.is(trial.raft.term, 1);
  assert.is(trial.raft.votedFor, null);
});

test('a campaign that no quorum would grant goes no further than asking again', async () => {
  const trial = await createTrial({ catalogs: 5 });
  trial.tick(trial.raft.timeout + 1);
  trial.send(granted(trial.raft, 'catalog-2', true));
  const again = trial.tick(LIMITS.electionTicks + 1);
  assert.is(sent(again, 'raft.vote').length, 4);
  trial.send(granted(trial.raft, 'catalog-3', true));
  assert.is(trial.state, 'preCandidate', 'what the last campaign was granted does not count for this one');
  assert.is(trial.raft.term, 0);
});

test('a candidate enters the next term and votes for itself, durably before it asks', async () => {
  const trial = await createTrial({ log: [1] });
  trial.tick(trial.raft.timeout + 1);
  const effects = trial.send(granted(trial.raft, 'catalog-2', true));
  assert.equal(ofType(effects, 'persist').at(-1), {
    type: 'persist',
    term: 2,
    votedFor: 'catalog-1',
    voteFloor: null,
  });
  assert.equal(
    ofType(effects, 'sendAfterSync').map(({ to }) => to),
    ['catalog-2', 'catalog-3'],
  );
  assert.equal(sent(effects, 'raft.vote')[0], {
    to: 'catalog-2',
    term: 2,
    pre: false,
    lastTerm: 1,
    lastIndex: 1,
  });
});

test('the own vote counts only once it is durable', async () => {
  const trial = await createCandidate();
  trial.send({ type: 'batch.synced', term: 0, votedFor: null, lastIndex: 0, lastTerm: 0, applied: 0 });
  trial.send(granted(trial.raft, 'catalog-2', false));
  assert.is(trial.state, 'candidate', 'an earlier batch has returned');
  trial.sync();
  assert.is(trial.state, 'leader');
});

test('a vote heard twice counts once', async () => {
  const trial = await createCandidate({ catalogs: 5 });
  trial.sync();
  trial.send(granted(trial.raft, 'catalog-2', false), granted(trial.raft, 'catalog-2', false));
  assert.is(trial.state, 'candidate');
  trial.send(granted(trial.raft, 'catalog-3', false));
  assert.is(trial.state, 'leader');
});

test('only votes for this campaign count', async () => {
  const trial = await createCandidate();
  trial.sync();
  const { term } = trial.raft;
  const vote = granted(trial.raft, 'catalog-2', false);
  trial.send({ ...vote, campaign: term - 1 }, { ...vote, pre: true, campaign: term + 1 });
  trial.send({ ...vote, pre: true }, { ...vote, granted: false });
  assert.is(trial.state, 'candidate');
  trial.send(vote);
  assert.is(trial.state, 'leader');
});

test('the vote of a disk that was wiped since is forgotten', async () => {
  const trial = await createCandidate({ catalogs: 5 });
  trial.sync();
  trial.send(granted(trial.raft, 'catalog-2', false));
  trial.send({ type: 'peer.connected', peer: 'catalog-2', wiped: true });
  trial.send(granted(trial.raft, 'catalog-3', false));
  assert.is(trial.state, 'candidate');
});

test('a candidate that is not elected in time asks for pre-votes again, within its term', async () => {
  const trial = await createCandidate({ log: [4] });
  trial.sync();
  const effects = trial.tick(trial.raft.timeout + 1);
  assert.is(trial.state, 'preCandidate');
  assert.is(trial.raft.term, 5);
  assert.ok(sent(effects, 'raft.vote').every(({ term, pre }) => pre && term === 6));
});

test('a vote is cast once a term, and repeated for whom it was given to', async () => {
  const trial = await createTrial();
  const ask = (from: string) => sent(trial.send(voteRequest(1, { from })), 'raft.voted')[0]!.granted;
  assert.ok(ask('catalog-2'));
  assert.not(ask('catalog-3'));
  assert.ok(ask('catalog-2'));
  assert.is(trial.raft.votedFor, 'catalog-2');
  assert.ok(sent(trial.send(voteRequest(2, { from: 'catalog-3' })), 'raft.voted')[0]!.granted);
});

test('a vote that was cast before a restart still binds', async () => {
  const trial = await createTrial({ term: 3, votedFor: 'catalog-3' });
  const [answer] = sent(trial.send(voteRequest(3)), 'raft.voted');
  assert.not(answer!.granted);
});

test('a vote is durable before the answer leaves', async () => {
  const trial = await createTrial();
  const effects = trial.send(voteRequest(1));
  assert.equal(
    effects.map((effect) => effect.type),
    ['persist', 'persist', 'sendAfterSync'],
  );
  assert.equal(effects[1], { type: 'persist', term: 1, votedFor: 'catalog-2', voteFloor: null });
});

test('nobody votes for a log that is older than its own', async () => {
  const cases: [lastTerm: number, lastIndex: number, isNewEnough: boolean][] = [
    [2, 3, true],
    [2, 4, true],
    [3, 1, true],
    [2, 2, false],
    [1, 9, false],
    [0, 0, false],
  ];
  for (const [lastTerm, lastIndex, isNewEnough] of cases) {
    for (const pre of [true, false]) {
      const trial = await createTrial({ log: [1, 2, 2] });
      const [answer] = sent(trial.send(voteRequest(3, { pre, lastTerm, lastIndex })), 'raft.voted');
      assert.is(answer!.granted, isNewEnough, `${lastTerm}, ${lastIndex}, pre: ${pre}`);
    }
  }
});

test('a campaign in an older term is refused with the newer one', async () => {
  for (const pre of [true, false]) {
    const trial = await createTrial({ term: 6 });
    assert.equal(sent(trial.send(voteRequest(pre ? 6 : 5, { pre })), 'raft.voted'), [
      { to: 'catalog-2', term: 6, campaign: pre ? 6 : 5, pre, granted: false },
    ]);
  }
});

test('a returning node with a higher term does not depose a healthy leader', async () => {
  for (const pre of [true, false]) {
    const trial = await createFollower();
    trial.tick(LIMITS.electionTicks - 1);
    const asked = { from: 'catalog-3', pre, lastTerm: 9, lastIndex: 9 };
    assert.not(sent(trial.send(voteRequest(7, asked)), 'raft.voted')[0]!.granted);
    assert.is(trial.raft.term, 1);
    assert.is(trial.raft.leader, 'catalog-2');
    trial.tick();
    assert.ok(sent(trial.send(voteRequest(7, asked)), 'raft.voted')[0]!.granted, 'the leader is silent');
  }
});

test('a leader whose link closes is succeeded by rank, a few ticks apart', async () => {
  for (const [self, ticks] of [
    ['catalog-1', 1],
    ['catalog-3', 1 + LIMITS.successionTicks],
  ] as const) {
    const trial = await createFollower({ self });
    trial.send({ type: 'peer.disconnected', peer: 'catalog-2' });
    assert.is(trial.raft.leader, null);
    assert.is(ticksToCampaign(trial), ticks);
  }
});

test('a leader whose disk is full is succeeded as if its link had closed', async () => {
  const trial = await createFollower({ self: 'catalog-1' });
  trial.send({ type: 'peer.filled', peer: 'catalog-3' });
  assert.is(trial.raft.leader, 'catalog-2', 'another’s disk hastens nothing');
  trial.send({ type: 'peer.filled', peer: 'catalog-2' });
  assert.is(trial.raft.leader, null);
  assert.is(ticksToCampaign(trial), 1);
});

test('the closing of any other link hastens nothing', async () => {
  const trial = await createFollower();
  trial.send({ type: 'peer.disconnected', peer: 'catalog-3' });
  assert.is(trial.raft.leader, 'catalog-2');
  assert.is(ticksToCampaign(trial), LIMITS.electionTicks + 1);
});

test('a leader that is heard again after its link closed is given a whole timeout', async () => {
  const trial = await createFollower();
  trial.send({ type: 'peer.disconnected', peer: 'catalog-2' }, append(1, {}));
  assert.is(trial.raft.leader, 'catalog-2');
  assert.is(ticksToCampaign(trial), LIMITS.electionTicks + 1);
});

test.run();
