import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createActor } from 'xstate';
import { silentLogger } from '../../runtime/logger.ts';
import { createLifecycle, lifecycleMachine, type NodeState } from '../../runtime/process/lifecycle.ts';
import { manualClock } from '../support/manual-clock.ts';

function start(drainMs = 1_000) {
  const clock = manualClock();
  const lifecycle = createLifecycle({ clock, logger: silentLogger, limits: { drainMs } });
  const seen: NodeState[] = [];
  lifecycle.observe((state) => seen.push(state));
  return { clock, lifecycle, seen };
}

test('the machine can be built', () => {
  createActor(lifecycleMachine, { input: { drainMs: 1 } })
    .start()
    .stop();
});

test('a node starts, catches up, is ready, falls behind and catches up again', () => {
  const { lifecycle, seen } = start();
  assert.is(lifecycle.state, 'starting');
  lifecycle.opened();
  lifecycle.caughtUp();
  lifecycle.fellBehind();
  lifecycle.caughtUp();
  assert.equal(seen, ['catching-up', 'ready', 'catching-up', 'ready']);
});

test('events that do not fit the state change nothing and are not observed', () => {
  const { lifecycle, seen } = start();
  lifecycle.caughtUp();
  lifecycle.fellBehind();
  lifecycle.drained();
  assert.equal(seen, []);
  assert.is(lifecycle.state, 'starting');
});

test('a drain can begin in every state and ends when the work is done', () => {
  for (const steps of [0, 1, 2]) {
    const { lifecycle } = start();
    if (steps > 0) lifecycle.opened();
    if (steps > 1) lifecycle.caughtUp();
    lifecycle.drain();
    assert.is(lifecycle.state, 'draining');
    lifecycle.drained();
    assert.is(lifecycle.state, 'down');
  }
});

test('a drain that does not finish is given up after its limit', () => {
  const { clock, lifecycle } = start(500);
  lifecycle.drain();
  clock.advance(499);
  assert.is(lifecycle.state, 'draining');
  clock.advance(1);
  assert.is(lifecycle.state, 'down');
});

test('nothing brings a stopped node back', () => {
  const { lifecycle } = start();
  lifecycle.drain();
  lifecycle.drained();
  lifecycle.opened();
  lifecycle.caughtUp();
  lifecycle.drain();
  assert.is(lifecycle.state, 'down');
});

test.run();
