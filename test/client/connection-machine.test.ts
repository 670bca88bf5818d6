import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { initialTransition, transition } from 'xstate';
import { type ConnectionEvent, connectionMachine } from '../../client/connection-machine.ts';

const TIMES = { greetingTimeoutMs: 100, steadyMs: 1_000, backoffBaseMs: 50, backoffCapMs: 400 };

/** The state after these events, and the effects on the way. */
function after(...events: ConnectionEvent[]) {
  let [snapshot, actions] = initialTransition(connectionMachine, TIMES);
  const effects: string[] = [];
  const collect = () => {
    for (const { type, params } of actions) {
      if (type === 'effect') effects.push((params as { type: string }).type);
    }
  };
  collect();
  for (const event of events) {
    [snapshot, actions] = transition(connectionMachine, snapshot, event);
    collect();
  }
  return { state: snapshot.value, context: snapshot.context, effects };
}

const opened = { type: 'socket.opened' } as const;
const greeted = { type: 'greeting.answered' } as const;
const lost = { type: 'socket.closed', chance: 0.5 } as const;

test('a connection dials, greets, and only then is open', () => {
  assert.equal(after().effects, ['dial']);
  assert.equal(after(opened).state, { trying: 'greeting' });
  const open = after(opened, greeted);
  assert.equal(open.state, { trying: 'open' });
  assert.equal(open.effects, ['dial', 'greet', 'announce']);
});

test('whatever it was doing, a closed socket makes it back off', () => {
  for (const before of [[], [opened], [opened, greeted]]) {
    const { state, context } = after(...before, lost);
    assert.is(state, 'backingOff');
    assert.is(context.failures, 1);
    assert.is(context.pauseMs, 25);
  }
});

test('a closed client hangs up and dials no more', () => {
  for (const before of [[], [opened], [opened, greeted], [lost]]) {
    const { state, effects } = after(...before, { type: 'client.closed' });
    assert.is(state, 'closed');
    assert.is(effects.at(-1), 'hangUp');
  }
});

test.run();
