import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Raft } from '../../actors/raft/core/raft.ts';
import { createLeaderContact } from '../../actors/raft/leader-contact.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';

/** A follower in term 2 that has everything; what it knows is changed by the tests. */
function setUp() {
  const clock = manualClock();
  const known = {
    leader: 'catalog-1' as string | null,
    commit: 7,
    leaderCommit: 7,
    term: 2,
    elapsed: 0,
    limits: DEFAULT_LIMITS,
    log: { termAt: (_index: number) => 2 },
  };
  const applied = { index: 7 };
  const contact = createLeaderContact({
    raft: known as unknown as Raft,
    applied: () => applied.index,
    uncountedTicks: () => 0,
    clock,
  });
  const wait = (ms: number) => {
    clock.advance(ms);
    contact.look();
    return contact.silentMs();
  };
  return { clock, known, applied, contact, wait };
}

test('who has heard no leader since the start has nothing to vouch for', () => {
  const { known, wait, contact } = setUp();
  assert.is(contact.silentMs(), null);
  known.leader = null;
  assert.is(wait(25), null);
});

test('the silence is as long as the leader was not heard', () => {
  const { known, wait } = setUp();
  assert.is(wait(25), 0);
  known.elapsed = 4;
  assert.is(wait(100), 100);
  known.leader = null;
  assert.is(wait(3_000), 3_100);
});

test('a new leader counts once an entry of its own term is committed here', () => {
  const { known, wait } = setUp();
  wait(25);
  known.term = 3;
  assert.is(wait(400), 400);
  known.log.termAt = () => 3;
  assert.is(wait(25), 0);
});

test('who lacks what the leader has committed, or has not applied it, is not current', () => {
  const { known, applied, wait } = setUp();
  wait(25);
  known.leaderCommit = 9;
  assert.is(wait(200), 200);
  known.commit = 9;
  assert.is(wait(200), 400, 'committed, and not applied');
  applied.index = 8;
  assert.is(wait(100), 500);
  applied.index = 9;
  assert.is(wait(100), 200, 'current as of the moment at which 9 was all there was');
  assert.is(wait(25), 0);
});

test('who is always a little behind a busy leader is current as of a little while ago', () => {
  const { known, applied, wait } = setUp();
  for (let turn = 0; turn < 100; turn++) {
    known.commit += 10;
    known.leaderCommit = known.commit;
    applied.index = known.commit - 15;
    const silentMs = wait(25);
    if (turn > 5) assert.ok(silentMs !== null && silentMs <= 100, `${silentMs}`);
  }
});

test.run();
