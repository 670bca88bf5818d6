import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { setup } from 'xstate';
import { createStatechart } from '../../runtime/statechart.ts';

type Effect = { readonly type: 'ring' } | { readonly type: 'hush' };

const bell = setup({
  types: { events: {} as { type: 'pushed' } | { type: 'released' } | { type: 'broken' } },
  actions: { effect: (_, _effect: Effect) => {} },
}).createMachine({
  id: 'bell',
  initial: 'quiet',
  states: {
    quiet: { on: { pushed: 'ringing' } },
    ringing: {
      entry: { type: 'effect', params: { type: 'ring' } },
      exit: { type: 'effect', params: { type: 'hush' } },
      on: { released: 'quiet', broken: 'broken' },
    },
    broken: { type: 'final', entry: { type: 'effect', params: { type: 'ring' } } },
  },
});

test('effects are performed in order, each when the new state can be read', () => {
  const seen: string[] = [];
  const actor = createStatechart<typeof bell, Effect>(bell, {
    perform: ({ type }) => void seen.push(`${type} in ${actor.getSnapshot().value}`),
    failed: (error) => assert.unreachable(String(error)),
  }).start();
  actor.send({ type: 'pushed' });
  actor.send({ type: 'released' });
  assert.equal(seen, ['ring in ringing', 'hush in quiet']);
});

test('an event that an effect causes is a step of its own, after the effects before it', () => {
  const seen: string[] = [];
  const actor = createStatechart<typeof bell, Effect>(bell, {
    perform({ type }) {
      seen.push(type);
      if (type === 'ring') actor.send({ type: 'released' });
      seen.push(`${type} done`);
    },
    failed: (error) => assert.unreachable(String(error)),
  }).start();
  actor.send({ type: 'pushed' });
  assert.equal(
    seen.filter((word) => !word.endsWith('done')),
    ['ring', 'hush'],
  );
  assert.is(actor.getSnapshot().value, 'quiet');
});

test('the effects of the last step are performed before the end is told', () => {
  const seen: string[] = [];
  const actor = createStatechart<typeof bell, Effect>(bell, {
    perform: ({ type }) => void seen.push(type),
    failed: (error) => assert.unreachable(String(error)),
    completed: () => seen.push('completed'),
  }).start();
  actor.send({ type: 'pushed' });
  actor.send({ type: 'broken' });
  assert.equal(seen, ['ring', 'hush', 'ring', 'completed']);
});

test.run();
