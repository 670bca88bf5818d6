import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPaymentGate } from '../../actors/order/payment-gate.ts';
import type { PaymentRequest, PaymentStatus } from '../../actors/order/payment-port.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock, settle } from '../support/manual-clock.ts';

const PATIENCE_MS = DEFAULT_LIMITS.paymentAnswerMs;

/** A gate before a service that answers as `serve` says; ask it for order after order, and see what becomes of them. */
function start(
  serve: (clock: ReturnType<typeof manualClock>) => (request: PaymentRequest) => Promise<PaymentStatus>,
  paymentsAtFirst = 4,
) {
  const clock = manualClock();
  const answer = serve(clock);
  const seen = { asked: [] as string[], answered: 0, missed: 0, atOnce: 0, most: 0 };
  async function pay(request: PaymentRequest, timeoutMs: number): Promise<PaymentStatus> {
    seen.asked.push(request.orderId);
    seen.most = Math.max(seen.most, ++seen.atOnce);
    try {
      return await new Promise((resolve, reject) => {
        const timer = clock.setTimeout(() => reject(new BazarError('timeout')), timeoutMs);
        answer(request)
          .then(resolve, reject)
          .finally(() => clock.clearTimeout(timer));
      });
    } finally {
      seen.atOnce--;
    }
  }
  const never = () => Promise.reject(new BazarError('unavailable'));
  const port = { pay, makeVoid: never, refund: never };
  const gate = createPaymentGate(port, { clock, limits: { ...DEFAULT_LIMITS, paymentsAtFirst } });
  const ask = (orderId: string) =>
    gate.pay({ key: `bazar-${orderId}`, orderId, amount: 1 }, PATIENCE_MS).then(
      () => seen.answered++,
      () => seen.missed++,
    );
  return { clock, gate, ask, seen };
}

/** As long for each, however many are asked for. */
const inMs = (ms: number) => (clock: ReturnType<typeof manualClock>) => () =>
  new Promise<PaymentStatus>((resolve) => clock.setTimeout(() => resolve('captured'), ms));

/** One after the other, those included that nobody waits for any more. */
const oneByOne = (ms: number) => (clock: ReturnType<typeof manualClock>) => {
  let free = 0;
  return () => {
    free = Math.max(free, clock.monotonic()) + ms;
    return new Promise<PaymentStatus>((resolve) =>
      clock.setTimeout(() => resolve('captured'), free - clock.monotonic()),
    );
  };
};

test('so many are asked for at once, and the others in the order in which they came', async () => {
  const { clock, ask, seen } = start(inMs(100), 2);
  for (const id of ['a', 'b', 'c', 'd']) void ask(id);
  await settle();
  assert.equal(seen.asked, ['a', 'b']);
  await clock.elapse(100);
  assert.equal([seen.asked, seen.answered, seen.most], [['a', 'b', 'c', 'd'], 2, 2]);
});

test('a service that bears more is asked for more by and by, however long one answer takes', async () => {
  const { clock, gate, ask, seen } = start(inMs(2_500));
  for (let id = 0; id < 400; id++) void ask(`${id}`);
  await clock.elapse(40_000);
  assert.ok(gate.width > 15, `${gate.width} at once`);
  assert.is(seen.missed, 0);
});

test('a service that does one thing after the other is asked for no more at once than it answers soon', async () => {
  const { clock, gate, ask, seen } = start(oneByOne(100), 64);
  let begun = 0;
  let refused = 0;
  // Three times as many as it bears, for two minutes; who would have to wait long is sent away.
  for (let at = 0; at < 120_000; at += 33) {
    const open = begun - seen.answered - seen.missed;
    if (gate.waitMs(open) > DEFAULT_LIMITS.paymentQueueMs) refused++;
    else void ask(`${begun++}`);
    await clock.elapse(33);
  }
  assert.is(seen.missed, 0);
  assert.ok(seen.answered > 1_000, `${seen.answered} answers of 1,200 that it could give`);
  assert.ok(refused > 1_500, `${refused} were refused`);
});

test('answers that are missed halve the number once a round', async () => {
  const { clock, gate, ask } = start(() => () => new Promise<PaymentStatus>(() => {}), 16);
  for (let id = 0; id < 64; id++) void ask(`${id}`);
  await clock.elapse(PATIENCE_MS);
  assert.is(gate.width, 8);
  await clock.elapse(20 * PATIENCE_MS);
  assert.is(gate.width, 1);
});

test('while the service is not reached one at a time finds out, the others wait, and nobody new is let in', async () => {
  let isBack = false;
  const { clock, gate, ask, seen } = start(
    () => () => (isBack ? Promise.resolve('captured') : Promise.reject(new BazarError('unavailable'))),
    4,
  );
  for (let id = 0; id < 64; id++) void ask(`${id}`);
  await settle();
  assert.equal([seen.asked.length, gate.waitMs(0)], [6, Number.POSITIVE_INFINITY]);
  await clock.elapse(10 * DEFAULT_LIMITS.paymentPauseMs);
  assert.equal([seen.asked.length, seen.missed, gate.width], [16, 16, 4]);
  isBack = true;
  await clock.elapse(DEFAULT_LIMITS.paymentPauseMs);
  assert.equal([seen.answered, gate.waitMs(0), clock.pending], [48, 0, 0]);
});

test('a service that hung is asked for many again soon after it is back', async () => {
  let isBack = false;
  const { clock, gate, ask } = start((clock) => {
    const soon = inMs(10)(clock);
    return () => (isBack ? soon() : new Promise<PaymentStatus>(() => {}));
  }, 16);
  for (let id = 0; id < 40; id++) void ask(`${id}`);
  await clock.elapse(8 * PATIENCE_MS);
  assert.ok(gate.waitMs(3) > DEFAULT_LIMITS.paymentQueueMs);
  isBack = true;
  await clock.elapse(PATIENCE_MS);
  for (let id = 40; id < 240; id++) void ask(`${id}`);
  await clock.elapse(3_000);
  assert.ok(gate.width >= 8, `${gate.width} at once`);
  assert.ok(gate.waitMs(100) < DEFAULT_LIMITS.paymentQueueMs);
});

test('once it is stopped nothing that waits is asked for', async () => {
  const { clock, gate, ask, seen } = start(inMs(100), 1);
  void ask('a');
  void ask('b');
  gate.stop();
  await clock.elapse(1_000);
  assert.equal([seen.asked, seen.answered], [['a'], 1]);
});

test.run();
