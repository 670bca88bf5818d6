import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createVersionWaits } from '../../actors/catalog/version-waits.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { watch } from '../raft/driver-support.ts';
import { manualClock } from '../support/manual-clock.ts';

const TICK_MS = 10;

function open({ maxPendingReads = 100 } = {}) {
  const clock = manualClock();
  const waits = createVersionWaits({
    clock,
    limits: { ...DEFAULT_LIMITS, tickMs: TICK_MS, maxPendingReads },
  });
  const until = (index: number, ms: number, show = () => 'shown') =>
    watch(waits.until(index, clock.monotonic() + ms, show));
  return { clock, waits, until };
}

test('a wait ends when its index is applied, and not before', async () => {
  const { clock, waits, until } = open();
  const wait = until(5, 100);
  waits.reached(4);
  await clock.elapse(0);
  assert.is(wait.outcome, 'pending');
  waits.reached(5);
  await clock.elapse(0);
  assert.is(wait.outcome, 'shown');
});

test('what a wait shows is what is there at its index, though more is applied in the same turn', async () => {
  const { clock, waits, until } = open();
  let applied = 4;
  const wait = until(5, 100, () => `as of ${applied}`);
  for (applied = 5; applied < 9; applied++) waits.reached(applied);
  await clock.elapse(0);
  assert.is(wait.outcome, 'as of 5');
});

test('a wait whose answer cannot be given fails alone', async () => {
  const { clock, waits, until } = open();
  const broken = until(5, 100, () => {
    throw new Error('unreadable');
  });
  const whole = until(5, 100);
  waits.reached(5);
  await clock.elapse(0);
  assert.equal([broken.outcome, whole.outcome], ['unreadable', 'shown']);
});

test('an index that is passed over, as by a snapshot, ends all waits up to it', async () => {
  const { clock, waits, until } = open();
  const outcomes = [until(3, 100), until(7, 100), until(8, 100)];
  waits.reached(7);
  await clock.elapse(0);
  assert.equal(
    outcomes.map(({ outcome }) => outcome),
    ['shown', 'shown', 'pending'],
  );
});

test('a wait fails as behind at its deadline, at most a tick late', async () => {
  const { clock, until } = open();
  const soon = until(5, 25);
  const later = until(5, 60);
  await clock.elapse(24);
  assert.is(soon.outcome, 'pending');
  await clock.elapse(TICK_MS);
  assert.equal([soon.outcome, later.outcome], ['behind', 'pending']);
  await clock.elapse(36);
  assert.is(later.outcome, 'behind');
  assert.is(clock.pending, 0, 'nothing ticks while nothing waits');
});

test('waits that come after all others have ended have their deadlines too', async () => {
  const { clock, until } = open();
  until(5, 10);
  await clock.elapse(100);
  const second = until(5, 10);
  await clock.elapse(20);
  assert.is(second.outcome, 'behind');
});

test('waits are bounded, and those that have ended make room', async () => {
  const { clock, waits, until } = open({ maxPendingReads: 2 });
  const all = [until(1, 50), until(2, 50), until(3, 50)];
  await clock.elapse(0);
  assert.is(all[2]!.outcome, 'overloaded');
  waits.reached(1);
  const fourth = until(4, 50);
  await clock.elapse(0);
  assert.is(fourth.outcome, 'pending');
});

test('stopping ends what waits, and what would', async () => {
  const { clock, waits, until } = open();
  const before = until(5, 100);
  waits.stop();
  const after = until(5, 100);
  await clock.elapse(1_000);
  assert.equal([before.outcome, after.outcome], ['draining', 'draining']);
  assert.is(clock.pending, 0);
});

test.run();
