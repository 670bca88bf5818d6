import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createTicker } from '../../actors/raft/ticker.ts';
import { manualClock } from '../support/manual-clock.ts';

const TICK_MS = 25;

/** A ticker whose every tenth tick does something, unless it is busy; `wakes` is when its process woke. */
function setUp() {
  const clock = manualClock(0);
  const wakes: number[] = [];
  const taken: number[] = [];
  const trial = { clock, wakes, taken, isBusy: false };
  const waking = {
    ...clock,
    setTimeout: (run: () => void, ms: number) =>
      clock.setTimeout(() => {
        wakes.push(clock.monotonic());
        run();
      }, ms),
  };
  const ticker = createTicker({
    clock: waking,
    tickMs: TICK_MS,
    tick: () => void taken.push(clock.monotonic()),
    ticked() {},
    due: () => (trial.isBusy ? 1 : 10 - (taken.length % 10)),
  });
  return { ...trial, trial, ticker };
}

test('ticks that only count do not wake the process, and none of them is lost', () => {
  const { clock, wakes, taken } = setUp();
  clock.advance(1_000 * TICK_MS);
  assert.is(taken.length, 1_000);
  assert.is(wakes.length, 101);
});

test('who looks before an event finds every tick taken that has passed', () => {
  const { clock, taken, ticker } = setUp();
  clock.advance(4 * TICK_MS + 1);
  assert.equal([taken.length, ticker.passed], [1, 3]);
  ticker.catchUp();
  assert.equal([taken.length, ticker.passed], [4, 0]);
  clock.advance(6 * TICK_MS);
  assert.is(taken.length, 10);
});

test('while each tick does something each is taken at its time, at the same beat as before', () => {
  const { clock, taken, trial, ticker } = setUp();
  clock.advance(4 * TICK_MS + 5);
  ticker.catchUp();
  trial.isBusy = true;
  ticker.hasten();
  clock.advance(3 * TICK_MS);
  assert.equal(taken.slice(4), [5 * TICK_MS, 6 * TICK_MS, 7 * TICK_MS]);
});

test('after a pause it hears first what has come meanwhile, and counts no more ticks than it slept', () => {
  const { clock, taken, ticker } = setUp();
  clock.advance(TICK_MS);
  clock.stall(100_000);
  clock.setTimeout(() => taken.push(-1), 0);
  clock.advance(0);
  assert.is(taken.indexOf(-1), 1);
  assert.is(taken.length, 11);
  assert.is(ticker.passed, 0);
});

test('one that is stopped ticks no more', () => {
  const { clock, taken, ticker } = setUp();
  ticker.stop();
  clock.advance(100 * TICK_MS);
  ticker.hasten();
  ticker.catchUp();
  assert.equal(taken, []);
});

test.run();
