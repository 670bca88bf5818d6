import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReplicaEvent } from '../../actors/raft/core/raft.ts';
import type { Command } from '../../runtime/domain.ts';
import {
  appends,
  appendsTo,
  createLeader,
  createSettledLeader,
  LIMITS,
  matched,
  ofType,
  refused,
  TURN,
  termsOf,
} from './support.ts';

const command: Command = { kind: 'purchase', key: 'k', requestId: 'r', lines: [{ id: 1, quantity: 1 }] };

function proposed(count = 1): ReplicaEvent {
  return { type: 'commands.proposed', commands: Array<Command>(count).fill(command), at: 77 };
}

const connected = (peer: string, wiped = false): ReplicaEvent => ({ type: 'peer.connected', peer, wiped });

test('a leader opens its term with a no-op', async () => {
  const { raft } = await createLeader({ log: [1, 1] });
  assert.equal(termsOf(raft), [1, 1, 2]);
  assert.is(raft.log.entry(3)!.command, null);
  assert.is(raft.termStart, 3);
});

test('a new leader asks each follower where their logs agree before it sends entries', async () => {
  const trial = await createLeader({ log: [1, 1] });
  assert.equal(appends(trial.send(TURN)), ['catalog-2: after 2@1', 'catalog-3: after 2@1']);
  trial.send(proposed());
  assert.equal(appends(trial.send(TURN)), [], 'one probe at a time');
  assert.equal(appends(trial.send(matched(trial.raft, 'catalog-3', 2), TURN)), ['catalog-3: 2 2 after 2@1']);
  assert.is(trial.raft.progress.get('catalog-3')!.mode, 'replicate');
  assert.is(trial.raft.progress.get('catalog-2')!.mode, 'probe');
});

test('a probe that is not answered is repeated with the next heartbeat', async () => {
  const trial = await createLeader();
  trial.send(TURN);
  for (let beats = 0; beats < 3; beats++) {
    assert.equal(appends(trial.send(TURN)), []);
    trial.tick(LIMITS.heartbeatTicks);
    assert.is(appends(trial.send(TURN)).length, 2);
  }
});

test('the entries of a turn leave in one message to all that are equally far, beside the own sync', async () => {
  const trial = await createSettledLeader();
  const effects = trial.send(proposed(2), TURN);
  assert.equal(
    effects.map(({ type }) => type),
    ['broadcast'],
    'nothing waits for a sync',
  );
  assert.equal(ofType(effects, 'broadcast')[0]!.to, ['catalog-2', 'catalog-3']);
  assert.equal(appends(effects), ['catalog-2: 1 1 after 1@1', 'catalog-3: 1 1 after 1@1']);
  assert.is(trial.raft.log.entry(2)!.at, 77);
});

test('entries are sent ahead of acknowledgements', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(), TURN);
  assert.is(appends(trial.send(proposed(), TURN))[0], 'catalog-2: 1 after 2@1');
});

test('a turn without news sends nothing', async () => {
  const trial = await createSettledLeader();
  assert.equal(trial.send(TURN), []);
});

test('a heartbeat goes to everybody in time, and carries the commit index', async () => {
  const trial = await createSettledLeader();
  const beats = Array.from({ length: 6 }, () => {
    const [broadcast] = ofType([...trial.tick(), ...trial.send(TURN)], 'broadcast');
    return broadcast?.body.commit;
  });
  assert.equal(beats.filter((commit) => commit === 1).length, 3);
});

test('a leader counts itself only up to its own last sync', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(), TURN);
  assert.equal(ofType(trial.send(matched(trial.raft, 'catalog-2', 2)), 'apply'), []);
  assert.equal(ofType(trial.sync(), 'apply'), [{ type: 'apply', commit: 2 }]);
});

test('followers alone can be the quorum, before the leader’s own sync', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(), TURN, matched(trial.raft, 'catalog-2', 2));
  const effects = trial.send(matched(trial.raft, 'catalog-3', 2));
  assert.equal(ofType(effects, 'apply'), [{ type: 'apply', commit: 2 }]);
});

test('an earlier batch does not make later entries durable', async () => {
  const trial = await createSettledLeader();
  const { term } = trial.raft;
  trial.send(proposed(2), TURN, matched(trial.raft, 'catalog-2', 3));
  trial.send({ type: 'batch.synced', term, votedFor: null, lastIndex: 2, lastTerm: term, applied: 0 });
  assert.is(trial.raft.commit, 2);
});

test('entries are committed by counting only for the current term', async () => {
  const trial = await createLeader({ log: [1, 1, 1] });
  trial.send(TURN, matched(trial.raft, 'catalog-2', 3));
  assert.is(trial.raft.commit, 0, 'on a majority, but of an older term');
  trial.sync();
  trial.send(TURN);
  assert.equal(ofType(trial.send(matched(trial.raft, 'catalog-2', 4)), 'apply'), [
    { type: 'apply', commit: 4 },
  ]);
});

test('a commit is told to the followers with the next entries, or soon in a message of its own', async () => {
  for (const carrier of [proposed(), { type: 'commit.due' as const }]) {
    const trial = await createSettledLeader();
    trial.send({ type: 'commit.due' }, TURN, proposed(), TURN);
    trial.sync();
    assert.is(appends(trial.send(matched(trial.raft, 'catalog-2', 2), TURN)).length, 0);
    const effects = trial.send(carrier, TURN);
    assert.ok(ofType(effects, 'broadcast').every(({ body }) => body.commit === 2));
    assert.is(appends(effects).length, 2);
    assert.is(appends(trial.send({ type: 'commit.due' }, TURN)).length, 0, 'said once');
  }
});

test('an acknowledgement that comes late or twice lowers nothing', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(3), TURN);
  trial.send(matched(trial.raft, 'catalog-2', 4), matched(trial.raft, 'catalog-2', 2));
  const progress = trial.raft.progress.get('catalog-2')!;
  assert.is(progress.match, 4);
  assert.is(progress.next, 5);
});

test('acknowledgements of another term count for nothing', async () => {
  const trial = await createLeader({ log: [1, 1] });
  trial.send(TURN);
  trial.send({ ...matched(trial.raft, 'catalog-2', 3), term: 1 });
  assert.is(trial.raft.progress.get('catalog-2')!.match, 0);
});

test('a refusal makes the leader go back to where a short log ends', async () => {
  const trial = await createLeader({ log: [1, 1, 1, 1] });
  trial.send(TURN);
  const effects = trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 2 }), TURN);
  assert.equal(appends(effects), ['catalog-2: after 1@1']);
});

test('a refusal with a term makes the leader go back over that term at once', async () => {
  const trial = await createLeader({ log: [1, 1, 4, 4, 5] });
  const back = (conflictIndex: number, conflictTerm: number) => {
    const events = [refused(trial.raft, 'catalog-2', { conflictIndex, conflictTerm }), TURN] as const;
    return appends(trial.send(...events));
  };
  trial.send(TURN);
  assert.equal(back(3, 4), ['catalog-2: after 4@4'], 'what the leader has of that term may be the same');
  assert.equal(back(3, 2), ['catalog-2: after 2@1'], 'the leader has nothing of that term');
});

test('refusals of rounds that were sent on a wrong guess are ignored', async () => {
  const trial = await createSettledLeader({ log: [1, 1, 1, 1] });
  trial.send(proposed(), TURN);
  const { round } = trial.raft;
  trial.send(proposed(), TURN);
  trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 6, seq: round }));
  const later = trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1, seq: round + 1 }), TURN);
  assert.equal(appendsTo('catalog-2', later), ['after 5@2']);
});

test('entries that were lost on the way are sent again after one refusal', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(), TURN);
  trial.tick(LIMITS.heartbeatTicks);
  trial.send(TURN);
  trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 2 }), TURN);
  const effects = trial.send(matched(trial.raft, 'catalog-2', 1), TURN);
  assert.equal(appendsTo('catalog-2', effects), ['1 after 1@1']);
});

test('a follower that has lost the end of its log is mended, and no longer counted for it', async () => {
  const trial = await createSettledLeader({ log: [1, 1, 1] });
  trial.send(connected('catalog-2'), TURN);
  const effects = trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 3 }), TURN);
  assert.equal(appendsTo('catalog-2', effects), ['after 2@1']);
  assert.is(trial.raft.progress.get('catalog-2')!.match, 2);
  const rest = trial.send(matched(trial.raft, 'catalog-2', 2), TURN);
  assert.equal(appendsTo('catalog-2', rest), ['1 2 after 2@1']);
});

test('a follower is sent no more than the window and one message allow', async () => {
  const limits = { maxEntriesInFlight: 5, maxEntriesPerAppend: 3 };
  const trial = await createSettledLeader({ catalogs: 2, limits });
  assert.equal(appends(trial.send(proposed(9), TURN)), ['catalog-2: 1 1 1 after 1@1']);
  assert.ok(trial.raft.appendsDue, 'the rest is for the next turn, not for the next heartbeat');
  assert.equal(appends(trial.send(TURN)), ['catalog-2: 1 1 after 4@1']);
  assert.equal(appends(trial.send(TURN)), [], 'the window is full');
  assert.equal(appends(trial.send(matched(trial.raft, 'catalog-2', 4), TURN)), [
    'catalog-2: 1 1 1 after 6@1',
  ]);
});

test('an answer that frees no room in a full window is not answered with another append', async () => {
  const trial = await createSettledLeader({ catalogs: 2, limits: { maxEntriesInFlight: 2 } });
  trial.send(proposed(5), TURN);
  const { raft } = trial;
  assert.equal(
    appends(trial.send(matched(raft, 'catalog-2', raft.progress.get('catalog-2')!.match), TURN)),
    [],
  );
  assert.not(
    raft.appendsDue,
    'a slow disk answers at once, and the two would send each other nothing for ever',
  );
});

test('a follower that is back is probed, since what was on its way is lost', async () => {
  const trial = await createSettledLeader();
  trial.send(proposed(2), TURN);
  assert.equal(appends(trial.send(connected('catalog-2'), TURN)), [
    'catalog-2: after 3@1',
    'catalog-3: after 3@1',
  ]);
  assert.is(trial.raft.progress.get('catalog-2')!.mode, 'probe');
  assert.is(trial.raft.progress.get('catalog-2')!.match, 1);
});

test('a wiped incarnation resets what the follower has acknowledged', async () => {
  const trial = await createSettledLeader({ catalogs: 2, log: [1, 1] });
  trial.send(proposed(), TURN);
  trial.sync();
  trial.send(connected('catalog-2', true));
  assert.is(trial.raft.progress.get('catalog-2')!.match, 0);
  trial.send(TURN);
  assert.is(trial.raft.commit, 3, 'what was committed stays so');
  trial.send(matched(trial.raft, 'catalog-2', 1));
  assert.is(trial.raft.commit, 3);
});

test('a follower never heard by this leader is not taken for an empty one when its link opens', async () => {
  const trial = await createLeader({ log: [1, 1, 1, 1], forgotten: 2 });
  const effects = trial.send(connected('catalog-2'), TURN);
  assert.equal(appends(effects), ['catalog-2: after 5@2', 'catalog-3: after 4@1']);
  assert.equal(ofType(effects, 'sendSnapshot'), [], 'it may lack no more than the last entry');
});

test('a leader that hears no quorum for an election time leaves office, and leads nobody', async () => {
  const trial = await createSettledLeader();
  trial.tick(2 * LIMITS.electionTicks);
  assert.is(trial.state, 'leader', 'it was heard in the first half');
  const effects = trial.tick();
  assert.is(trial.state, 'follower');
  assert.is(ofType(effects, 'resign').length, 1);
  assert.is(trial.raft.leader, null);
});

test('one follower of two that answers keeps the leader in office', async () => {
  const trial = await createSettledLeader();
  for (let period = 0; period < 5; period++) {
    trial.tick(LIMITS.electionTicks);
    trial.send(refused(trial.raft, 'catalog-3', { conflictIndex: 1 }));
    assert.is(trial.state, 'leader');
  }
});

test.run();
