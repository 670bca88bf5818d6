import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type SupervisionEffect, superviseProcess } from '../../runtime/launcher/supervision.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';

const limits = {
  ...DEFAULT_LIMITS,
  restartBaseMs: 100,
  restartCapMs: 1_000,
  restartHealthyMs: 10_000,
  startMs: 5_000,
  drainMs: 2_000,
};

function supervised() {
  const clock = manualClock();
  const done: SupervisionEffect['type'][] = [];
  const supervision = superviseProcess({ clock, limits, perform: ({ type }) => done.push(type) });
  supervision.start();
  return { clock, done, supervision };
}

test('a process that dies is started again after a pause', () => {
  const { clock, done, supervision } = supervised();
  supervision.send({ type: 'process.reported' });
  supervision.send({ type: 'process.exited' });
  assert.is(supervision.state, 'pausing');
  clock.advance(99);
  assert.equal(done, ['spawn']);
  clock.advance(1);
  assert.equal(done, ['spawn', 'spawn']);
});

test('the pause doubles with every death, up to its cap', () => {
  const { clock, done, supervision } = supervised();
  for (const pause of [100, 200, 400, 800, 1_000, 1_000]) {
    supervision.send({ type: 'process.exited' });
    done.length = 0;
    clock.advance(pause - 1);
    assert.equal(done, []);
    clock.advance(1);
    assert.equal(done, ['spawn']);
  }
});

test('a process that has lived for a while gets the short pause again', () => {
  const { clock, done, supervision } = supervised();
  for (let death = 0; death < 4; death++) {
    supervision.send({ type: 'process.exited' });
    clock.advance(1_000);
  }
  supervision.send({ type: 'process.reported' });
  clock.advance(limits.restartHealthyMs);
  supervision.send({ type: 'process.exited' });
  const starts = done.length;
  clock.advance(100);
  assert.is(done.length, starts + 1);
});

test('a process that refuses to start is never started again', () => {
  const { clock, done, supervision } = supervised();
  supervision.send({ type: 'process.refused' });
  supervision.send({ type: 'process.exited' });
  clock.advance(1_000_000);
  assert.is(supervision.state, 'refused');
  assert.equal(done, ['spawn']);
});

test('a process that never reports is killed and counts as dead', () => {
  const { clock, done, supervision } = supervised();
  clock.advance(limits.startMs);
  assert.equal(done, ['spawn', 'kill']);
  supervision.send({ type: 'process.exited' });
  assert.is(supervision.state, 'pausing');
});

test('a process is drained once, and killed when it takes too long', async () => {
  const { clock, done, supervision } = supervised();
  supervision.send({ type: 'process.reported' });
  supervision.send({ type: 'end.requested' });
  supervision.send({ type: 'end.requested' });
  clock.advance(limits.drainMs);
  assert.equal(done, ['spawn', 'drain', 'kill']);
  supervision.send({ type: 'process.exited' });
  await supervision.ended;
});

test('a process that waits for its restart ends without being started', async () => {
  const { clock, done, supervision } = supervised();
  supervision.send({ type: 'process.exited' });
  supervision.send({ type: 'end.requested' });
  await supervision.ended;
  clock.advance(1_000_000);
  assert.equal(done, ['spawn']);
});

test('an impatient end kills at once', () => {
  const { done, supervision } = supervised();
  supervision.send({ type: 'process.reported' });
  supervision.send({ type: 'end.requested' });
  supervision.send({ type: 'end.forced' });
  assert.equal(done, ['spawn', 'drain', 'kill']);
});

test.run();
