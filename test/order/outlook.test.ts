import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { initialTransition, transition } from 'xstate';
import { type OutlookEvent, outlookMachine } from '../../actors/order/leader-belief.ts';

function tell(...events: OutlookEvent[]) {
  let [snapshot, actions] = initialTransition(outlookMachine);
  const effects: unknown[] = [];
  for (const event of events) {
    [snapshot, actions] = transition(outlookMachine, snapshot, event);
    for (const action of actions) if (action.type === 'effect') effects.push(action.params);
  }
  return { state: snapshot.value, leader: snapshot.context.leader, effects };
}

const linked = (id: string): OutlookEvent => ({ type: 'catalog.linked', id });
const lost = (id: string): OutlookEvent => ({ type: 'catalog.lost', id });
const learnt = (id: string): OutlookEvent => ({ type: 'leader.learnt', id });
const doubted = (id: string): OutlookEvent => ({ type: 'leader.doubted', id });

test('it begins cut off and can serve from the first link on', () => {
  assert.is(tell().state, 'cutOff');
  const { state, effects } = tell(linked('a'), linked('b'));
  assert.equal(state, { linked: 'leaderless' });
  assert.equal(effects, [{ kind: 'canServe' }]);
});

test('it is cut off again when the last link is lost, and not before', () => {
  assert.equal(tell(linked('a'), linked('b'), lost('a')).state, { linked: 'leaderless' });
  const { state, effects } = tell(linked('a'), linked('b'), lost('a'), lost('b'));
  assert.is(state, 'cutOff');
  assert.equal(effects.at(-1), { kind: 'cannotServe' });
});

test('it believes the latest word about the leader', () => {
  const { state, leader } = tell(linked('a'), linked('b'), learnt('a'), learnt('b'));
  assert.equal(state, { linked: 'led' });
  assert.is(leader, 'b');
});

test('a leader that it has no link to is of no use', () => {
  assert.equal(tell(linked('a'), learnt('b')).state, { linked: 'leaderless' });
});

test('a doubted or lost leader is forgotten; doubts about others are not heard', () => {
  const led = [linked('a'), linked('b'), learnt('a')];
  for (const event of [doubted('a'), lost('a')]) {
    const { state, leader } = tell(...led, event);
    assert.equal(state, { linked: 'leaderless' });
    assert.is(leader, null);
  }
  assert.is(tell(...led, doubted('b')).leader, 'a');
  assert.is(tell(...led, lost('b')).leader, 'a');
});

test('a link that opens twice counts once', () => {
  assert.is(tell(linked('a'), linked('a'), lost('a')).state, 'cutOff');
});

test.run();
