import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PaymentEffect, type PaymentEvent, paymentMachine } from '../../actors/order/payment-machine.ts';
import type { Result } from '../../runtime/domain.ts';
import { createStatechart } from '../../runtime/statechart.ts';
import { manualClock } from '../support/manual-clock.ts';
import { confirmed } from './support.ts';

const backoff = { paymentBackoffBaseMs: 100, paymentBackoffCapMs: 1_000 };
const refused = (code: 'hold-expired' | 'hold-released' | 'unknown-hold' | 'not-yet'): Result => {
  return { kind: 'refused', code, version: 1, replayed: false };
};

/** The machine alone: what it asks for is noted, and the test answers. */
function start(...first: PaymentEvent['type'][]) {
  const clock = manualClock();
  const asked: string[] = [];
  let ask = 0;
  const actor = createStatechart<typeof paymentMachine, PaymentEffect>(paymentMachine, {
    clock,
    input: { backoff },
    perform(effect) {
      ask = effect.ask;
      asked.push(effect.type === 'release' ? `release ${effect.payment}` : effect.type);
    },
    failed(error) {
      throw error;
    },
  }).start();
  for (const type of first) actor.send({ type } as PaymentEvent);
  return {
    clock,
    asked,
    get state() {
      return actor.getSnapshot().value;
    },
    get ask() {
      return ask;
    },
    over: () => actor.send({ type: 'hold.over' }),
    serviceTells: (status: 'captured' | 'declined' | 'voided', of = ask) =>
      actor.send({ type: 'service.told', ask: of, status }),
    logTells: (result: Result) => actor.send({ type: 'log.told', ask, result }),
    silence: (of = ask) => actor.send({ type: 'answer.missed', ask: of, jitter: 1 }),
  };
}

test('what is captured is confirmed, and what is declined or void is released', () => {
  const sold = start('hold.kept');
  sold.serviceTells('captured');
  sold.logTells(confirmed('a'));
  assert.equal([sold.asked, sold.state], [['pay', 'confirm'], 'ended']);
  for (const status of ['declined', 'voided'] as const) {
    const unsold = start('hold.kept');
    unsold.serviceTells(status);
    unsold.logTells(confirmed('a'));
    assert.equal([unsold.asked, unsold.state], [['pay', `release ${status}`], 'ended']);
  }
});

test('nothing is asked for where nothing is held', () => {
  const course = start('hold.missed');
  assert.equal([course.asked, course.state], [[], 'ended']);
});

test('silence of the service releases nothing: it is asked again, after ever longer pauses', () => {
  const course = start('hold.kept');
  for (const pauseMs of [100, 200, 400, 800, 1_000, 1_000]) {
    course.silence();
    assert.is(course.state, 'unknown');
    course.clock.advance(pauseMs - 1);
    assert.is(course.state, 'unknown');
    course.clock.advance(1);
    assert.is(course.state, 'paying');
  }
  assert.equal(new Set(course.asked), new Set(['pay']));
});

test('where the hold has ended first, the payment is made void, until the service says so', () => {
  const course = start('hold.kept');
  course.silence();
  course.over();
  assert.is(course.state, 'voiding');
  course.silence();
  course.clock.advance(10_000);
  course.serviceTells('captured');
  course.clock.advance(10_000);
  course.serviceTells('voided');
  course.logTells(confirmed('a'));
  assert.equal([course.asked, course.state], [['pay', 'void', 'void', 'void', 'release voided'], 'ended']);
});

test('money that was taken for a hold that has ended, or is unknown, is given back', () => {
  for (const code of ['hold-expired', 'hold-released', 'unknown-hold'] as const) {
    const course = start('hold.kept');
    course.serviceTells('captured');
    course.logTells(refused(code));
    assert.equal([course.asked, course.state], [['pay', 'confirm', 'void'], 'voiding']);
  }
});

test('a log that does not answer, or cannot yet, is asked for the same again', () => {
  for (const [status, wanted] of [
    ['captured', 'confirm'],
    ['declined', 'release declined'],
  ] as const) {
    const course = start('hold.kept');
    course.serviceTells(status);
    course.silence();
    course.over();
    course.clock.advance(10_000);
    course.logTells(refused('not-yet'));
    course.clock.advance(10_000);
    course.logTells(confirmed('a'));
    assert.equal([course.asked, course.state], [['pay', wanted, wanted, wanted], 'ended']);
  }
});

test('an answer that comes too late changes nothing', () => {
  const course = start('hold.kept');
  const first = course.ask;
  course.over();
  course.serviceTells('captured', first);
  course.silence(first);
  assert.equal([course.asked, course.state], [['pay', 'void'], 'voiding']);
});

test('one that is taken over goes on where the log says that it stands', () => {
  assert.equal(start('hold.kept').asked, ['pay']);
  assert.equal(start('hold.over').asked, ['void']);
});

test.run();
