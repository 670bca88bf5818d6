import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createActor, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { afterFirstProposal, type SagaEvent, sagaMachine } from '../../actors/order/saga.ts';
import type { Result } from '../../runtime/domain.ts';
import { ERROR_KINDS, type ErrorCode } from '../../runtime/errors.ts';
import { manualClock } from '../support/manual-clock.ts';
import { confirmed, soldOut } from './support.ts';

const input = { submission: 7, backoff: { sagaBackoffBaseMs: 20, sagaBackoffCapMs: 200 } };

/** Runs a whole saga without a clock or an actor; returns where it stands and the effects in order. */
function tell(...events: SagaEvent[]) {
  let [snapshot, actions] = initialTransition(sagaMachine, input);
  const effects: unknown[] = [];
  const collect = (list: typeof actions) => {
    for (const action of list) if (action.type === 'effect') effects.push(action.params);
  };
  collect(actions);
  for (const event of events) {
    [snapshot, actions] = transition(sagaMachine, snapshot, event);
    collect(actions);
  }
  return { snapshot, effects, state: snapshot.value, context: snapshot.context };
}

function failed(attempt: number, code: ErrorCode, leader: string | null = null): SagaEvent {
  const { outcome } = ERROR_KINDS[code];
  return { type: 'proposal.failed', attempt, code, outcome, leader, jitter: 0.5 };
}
const answered = (result: Result): SagaEvent => ({ type: 'proposal.answered', result });
const silent: SagaEvent = { type: 'proposal.silent' };
const late: SagaEvent = { type: 'deadline.passed' };
const PROPOSE = { type: 'propose', again: false };
const PROPOSE_AGAIN = { type: 'propose', again: true };
const UNKNOWN = { type: 'giveUp', code: 'outcome-unknown' };

test('a saga begins by proposing', () => {
  const { state, effects } = tell();
  assert.is(state, 'proposing');
  assert.equal(effects, [PROPOSE]);
});

test('an answer that sells ends it confirmed', () => {
  const { state, effects } = tell(answered(confirmed('a')));
  assert.is(state, 'confirmed');
  assert.equal(effects, [PROPOSE, { type: 'answer', result: confirmed('a') }]);
});

test('an answer that refuses ends it refused', () => {
  assert.is(tell(answered(soldOut('a'))).state, 'refused');
  const reused: Result = { kind: 'refused', code: 'key-reused', version: 3, replayed: false };
  assert.is(tell(answered(reused)).state, 'refused');
});

test('a refusal without record ends it only if no other proposal can be in the log', () => {
  const unrecorded = { ...soldOut('a'), unrecorded: true } as Result;
  assert.is(tell(answered(unrecorded)).state, 'refused');
  const waiting = tell(silent, answered(unrecorded));
  assert.is(waiting.state, 'proposing');
  assert.is(waiting.context.open, 1);
  assert.is(tell(silent, answered(unrecorded), answered(confirmed('a'))).state, 'confirmed');
  assert.is(tell(silent, answered(unrecorded), answered(soldOut('a'))).state, 'refused');
  assert.is(tell(silent, answered(unrecorded), late).state, 'unknown');
  // What was refused has not happened, and the other was never appended.
  assert.is(tell(silent, answered(unrecorded), failed(2, 'not-leader'), late).state, 'none');
  const surelyAlone = [failed(1, 'not-leader', 'catalog-2'), answered(unrecorded)];
  assert.is(tell(...surelyAlone).state, 'refused', 'the first was surely never in the log');
  assert.is(tell(silent, failed(2, 'not-leader'), answered(unrecorded)).state, 'refused');
  assert.is(tell(failed(1, 'link-lost'), answered(unrecorded)).state, 'pausing', 'the first may be');
});

test('silence makes it propose again and keeps the first proposal open', () => {
  const { state, context, effects } = tell(silent);
  assert.is(state, 'proposing');
  assert.is(context.open, 2);
  assert.equal(effects, [PROPOSE, PROPOSE_AGAIN]);
});

test('every passing error makes it pause', () => {
  const passing: ErrorCode[] = [
    'unreachable',
    'link-lost',
    'timeout',
    'not-leader',
    'leader-lost',
    'overloaded',
  ];
  for (const code of passing) assert.is(tell(failed(1, code)).state, 'pausing', code);
});

test('a refusal that names the leader is followed at once, and only once without a pause', () => {
  const once = tell(failed(1, 'not-leader', 'catalog-2'));
  assert.is(once.state, 'proposing');
  assert.equal(once.effects, [PROPOSE, PROPOSE]);
  assert.is(
    tell(failed(1, 'not-leader', 'catalog-2'), failed(2, 'not-leader', 'catalog-1')).state,
    'pausing',
  );
});

test('the failure of an earlier proposal does not disturb the latest', () => {
  const { state, context } = tell(silent, failed(1, 'link-lost'));
  assert.is(state, 'proposing');
  assert.is(context.open, 1);
  assert.ok(context.doubt);
});

test('an answer to an earlier proposal is taken while proposing and while pausing', () => {
  assert.is(tell(silent, answered(confirmed('a'))).state, 'confirmed');
  assert.is(tell(silent, failed(2, 'overloaded'), answered(confirmed('a'))).state, 'confirmed');
});

test('the deadline ends it unknown while a proposal is open', () => {
  const { state, effects } = tell(late);
  assert.is(state, 'unknown');
  assert.equal(effects.at(-1), UNKNOWN);
});

test('the deadline ends it unknown after any failure that does not say whether it was appended', () => {
  assert.is(tell(failed(1, 'link-lost'), late).state, 'unknown');
  assert.is(tell(failed(1, 'leader-lost'), late).state, 'unknown');
});

test('the deadline ends it with nothing done when no proposal can have been appended', () => {
  const { state, effects } = tell(failed(1, 'unreachable'), late);
  assert.is(state, 'none');
  assert.equal(effects.at(-1), { type: 'giveUp', code: 'unavailable' });
});

test('an earlier silent proposal keeps the end unknown although the later ones were not appended', () => {
  assert.is(tell(silent, failed(2, 'overloaded'), late).state, 'unknown');
});

test('an earlier proposal that turns out not to have been appended leaves nothing in doubt', () => {
  assert.is(tell(silent, failed(2, 'overloaded'), failed(1, 'not-leader'), late).state, 'none');
});

test('an error that would come again ends it with that error', () => {
  const { state, effects } = tell(failed(1, 'invalid-request'));
  assert.is(state, 'none');
  assert.equal(effects.at(-1), { type: 'giveUp', code: 'invalid-request' });
});

test('an error that would come again ends it unknown if an earlier proposal may have been appended', () => {
  const { state, effects } = tell(silent, failed(2, 'too-large'));
  assert.is(state, 'unknown');
  assert.equal(effects.at(-1), UNKNOWN);
});

test('after its pause it proposes again', () => {
  const clock = manualClock();
  const saga = createActor(sagaMachine, { clock, input }).start();
  saga.send(failed(1, 'overloaded'));
  clock.advance(9);
  assert.is(saga.getSnapshot().value, 'pausing');
  clock.advance(1);
  assert.is(saga.getSnapshot().value, 'proposing');
  assert.is(saga.getSnapshot().context.attempt, 2);
});

test('the shortcut past the first proposal stands where the machine itself does', () => {
  const shape = ({ value, context, status }: SnapshotFrom<typeof sagaMachine>) => ({
    value,
    context,
    status,
  });
  assert.equal(shape(afterFirstProposal(input)), shape(tell().snapshot));
});

test.run();
