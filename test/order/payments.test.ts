import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOrder } from '../../actors/order/order.ts';
import type { PaymentRequest, PaymentStatus, RefundStatus } from '../../actors/order/payment-port.ts';
import { type CreatePayments, paymentsThrough } from '../../actors/order/payments.ts';
import { withoutPayments } from '../../actors/order/without-payments.ts';
import type { Command, Order, Result } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { manualClock, settle } from '../support/manual-clock.ts';
import { confirmed, purchase, scriptedMesh, soldOut } from './support.ts';

/** An order replica between a log and a payment service, both of which do as the test says. */
function start(limits: Partial<Limits> = {}, level?: number, payments?: CreatePayments) {
  const clock = manualClock();
  const mesh = scriptedMesh(['catalog-1'], level);
  const service: {
    readonly what: string;
    readonly request: PaymentRequest;
    tell(status: PaymentStatus | RefundStatus): void;
    fail(): void;
  }[] = [];
  const ask =
    <S extends PaymentStatus | RefundStatus>(what: string) =>
    (request: PaymentRequest) =>
      new Promise<S>((resolve, reject) => {
        service.push({
          what,
          request,
          tell: (status) => resolve(status as S),
          fail: () => reject(new BazarError('timeout')),
        });
      });
  const order = createOrder({
    mesh,
    catalogs: ['catalog-1'],
    clock,
    random: seededRandom(1),
    limits: { ...DEFAULT_LIMITS, ...limits },
    logger: silentLogger,
    pid: 1,
    payments: payments ?? paymentsThrough({ pay: ask('pay'), makeVoid: ask('void'), refund: ask('refund') }),
  });
  const submit = (key: string, requestId?: string) => {
    const heard: { told?: string; replayed?: boolean } = {};
    mesh.submit(purchase(key, requestId), clock.monotonic() + 3_000).then(
      ({ result }) => Object.assign(heard, { told: wordOf(result), replayed: result.replayed }),
      ({ code }) => Object.assign(heard, { told: code }),
    );
    return heard;
  };
  const log = (index: number) => mesh.proposals.at(index)!;
  const words = () => mesh.proposals.map(({ command }) => `${command.kind} ${command.key}`);
  const asked = () => service.map(({ what, request }) => `${what} ${request.key} ${request.amount}`);
  return { clock, mesh, order, service, submit, log, words, asked };
}

const wordOf = (result: Result) => (result.kind === 'order' ? result.order.status : result.kind);

function orderOf(orderId: string, status: Order['status'], replayed = false): Result {
  const result = confirmed(orderId) as Extract<Result, { kind: 'order' }>;
  return { ...result, order: { ...result.order, status, payment: 'open' }, replayed };
}

test('a purchase is held, paid for and confirmed, and the answer is that of its hold', async () => {
  const { submit, log, words, asked, service, order } = start();
  const heard = submit('a');
  log(0).answer(orderOf('a', 'held', true));
  await settle();
  service[0]!.tell('captured');
  await settle();
  log(1).answer(orderOf('a', 'confirmed'));
  await settle();
  assert.equal([words(), asked()], [['hold a', 'confirm a'], ['pay bazar-a 1000']]);
  assert.equal([heard, order.inFlight], [{ told: 'confirmed', replayed: true }, 0]);
  const { command } = log(0);
  assert.ok(command.kind === 'hold' && command.payment === 'open');
  assert.is(command.kind === 'hold' && command.ttlMs, DEFAULT_LIMITS.paymentHoldMs);
});

test('what is not held is not paid for', async () => {
  const { submit, log, asked, order } = start();
  const heard = submit('a');
  log(0).answer(soldOut('a'));
  const again = submit('b');
  log(1).fail('disk-full');
  await settle();
  assert.equal([heard.told, again.told, asked(), order.inFlight], ['refused', 'disk-full', [], 0]);
});

test('where a catalog cannot read of payments yet, nothing is held and nothing is paid', async () => {
  const { submit, words, asked, order } = start({}, 3);
  const heard = submit('a');
  await settle();
  assert.equal([heard.told, words(), asked(), order.inFlight], ['not-yet', [], [], 0]);
});

test('whoever asks again while it is paid for waits for the same payment, and is told that it is the second', async () => {
  const { submit, log, asked, service } = start();
  const first = submit('a');
  log(0).answer(orderOf('a', 'held'));
  await settle();
  const second = submit('a', 'another request');
  log(1).answer(orderOf('a', 'held', true));
  await settle();
  service[0]!.tell('captured');
  await settle();
  log(2).answer(orderOf('a', 'confirmed'));
  await settle();
  assert.is(asked().length, 1);
  assert.equal([first.replayed, second.replayed, second.told], [false, true, 'confirmed']);
});

test('a client is told "unknown" at its deadline, and the payment goes on with its one key', async () => {
  const { clock, submit, log, asked, service, words } = start();
  const heard = submit('a');
  log(0).answer(orderOf('a', 'held'));
  await settle();
  service[0]!.fail();
  await clock.elapse(3_000);
  assert.is(heard.told, 'outcome-unknown');
  assert.equal(asked(), ['pay bazar-a 1000', 'pay bazar-a 1000']);
  service[1]!.tell('declined');
  await settle();
  assert.equal(words(), ['hold a', 'release a']);
});

test('what another replica has left open is taken over at the second look, held or not', async () => {
  const { clock, mesh, asked, order } = start({ paymentLookMs: 1_000 });
  mesh.openPayments = [
    { orderId: 'a', total: 7, isHeld: true },
    { orderId: 'b', total: 8, isHeld: false },
  ];
  await clock.elapse(500);
  assert.equal(asked(), []);
  await clock.elapse(2_500);
  assert.equal(asked(), ['pay bazar-a 7', 'void bazar-b 8']);
  await clock.elapse(10_000);
  assert.is(asked().length, 2, 'and once');
  assert.is(order.inFlight, 0);
});

test('a hold that ends while it is paid for is noticed, and the payment made void', async () => {
  const { clock, mesh, submit, log, asked, service, words } = start();
  submit('a');
  log(0).answer(orderOf('a', 'held'));
  await settle();
  mesh.openPayments = [{ orderId: 'a', total: 1_000, isHeld: false }];
  await clock.elapse(4_000);
  service[0]!.tell('captured');
  service[1]!.tell('voided');
  await settle();
  assert.equal(asked(), ['pay bazar-a 1000', 'void bazar-a 1000']);
  assert.equal(words(), ['hold a', 'release a']);
});

test('a hold that has ended before its holder was told is made void with its amount', async () => {
  const { clock, mesh, submit, asked } = start();
  submit('a');
  mesh.openPayments = [{ orderId: 'a', total: 1_000, isHeld: false }];
  await clock.elapse(3_500);
  assert.equal(asked(), ['void bazar-a 1000']);
});

test('what costs nothing is not asked for', async () => {
  const { clock, mesh, asked, words } = start({ paymentLookMs: 1_000 });
  mesh.openPayments = [{ orderId: 'a', total: 0, isHeld: true }];
  await clock.elapse(4_000);
  assert.equal([asked(), words()[0]], [[], 'confirm a']);
});

test('more purchases than may be open are refused before anything is held, and those taken over do not exceed it', async () => {
  const { clock, mesh, submit, words, asked } = start({ maxOpenPayments: 2, paymentLookMs: 1_000 });
  submit('a');
  submit('b');
  const third = submit('c');
  await settle();
  assert.equal([third.told, words()], ['overloaded', ['hold a', 'hold b']]);
  mesh.openPayments = ['x', 'y', 'z'].map((orderId) => ({ orderId, total: 1, isHeld: true }));
  await clock.elapse(20_000);
  assert.is(asked().length, 2, 'once the holds of the others were given up');
});

test('while the payment service is slow, purchases that would wait long for it are refused before anything is held', async () => {
  const { clock, submit, log, words, service } = start({ paymentsAtFirst: 2 });
  for (const [place, key] of ['a', 'b', 'c', 'd', 'f', 'g'].entries()) {
    submit(key);
    log(place).answer(orderOf(key, 'held'));
  }
  await settle();
  assert.is(service.length, 2, 'the others wait for their turn');
  await clock.elapse(3_500);
  service[0]!.tell('captured');
  service[1]!.tell('captured');
  await settle();
  assert.is(service.length, 4);
  const heard = submit('e');
  await settle();
  assert.is(heard.told, 'overloaded');
  assert.not.ok(words().includes('hold e'));
});

test('who shuts down waits for purchases that are paid for, and no longer than it may', async () => {
  const { clock, submit, log, service, order } = start();
  const heard = submit('a');
  log(0).answer(orderOf('a', 'held'));
  await settle();
  let isDrained = false;
  void order.drain().then(() => {
    isDrained = true;
  });
  await clock.elapse(100);
  assert.is(isDrained, false);
  service[0]!.tell('captured');
  await settle();
  log(1).answer(orderOf('a', 'confirmed'));
  await settle();
  assert.equal([isDrained, heard.told], [true, 'confirmed']);
});

test('one that is stopped says that the outcome is unknown', async () => {
  const { submit, log, order } = start();
  const heard = submit('a');
  log(0).answer(orderOf('a', 'held'));
  await settle();
  await order.stop();
  await settle();
  assert.is(heard.told, 'outcome-unknown');
});

const cancelled = (refundState?: 'requested', replayed = false): Result => ({
  kind: 'cancelled',
  cancellation: {
    ...{ orderId: 'a', key: 'back', by: 'admin', lines: [{ id: 1, quantity: 1 }], restocked: true },
    ...{ refund: 300, status: 'partly-cancelled', refunded: 300, at: 0, refundState },
  },
  version: 7,
  replayed,
});

function cancel({ mesh, clock }: ReturnType<typeof start>): { told?: string } {
  const heard: { told?: string } = {};
  const wish = { orderId: 'a', by: 'admin', restock: true } as const;
  const command: Command = { kind: 'cancel', key: 'back', requestId: 'r', ...wish };
  void mesh.submit(command, clock.monotonic() + 3_000).then(({ result }) => {
    heard.told = wordOf(result);
  });
  return heard;
}

test('a cancellation is answered by the log alone, and its refund asked for with its one key until it is known and put down', async () => {
  const store = start();
  const { clock, service, asked, words, log, order } = store;
  const heard = cancel(store);
  log(0).answer(cancelled('requested'));
  await settle();
  assert.equal([heard.told, order.inFlight, asked()], ['cancelled', 0, ['refund bazar-refund:back 300']]);
  service[0]!.fail();
  await clock.elapse(300);
  service[1]!.tell('refunded');
  await settle();
  log(1).fail('unavailable');
  await clock.elapse(4_000);
  const { command } = log(-1);
  assert.ok(command.kind === 'settleRefund' && command.state === 'refunded' && command.orderId === 'a');
  log(-1).answer(orderOf('a', 'partly-cancelled'));
  await clock.elapse(10_000);
  assert.equal(
    asked(),
    Array(2).fill('refund bazar-refund:back 300'),
    'what is known is not asked for again',
  );
  assert.is(words().at(-1), 'settleRefund back');
});

test('where refunds alone found that the service is not reached, one purchase begins, and no second beside it', async () => {
  const store = start();
  const { clock, service, submit, words, log } = store;
  cancel(store);
  log(0).answer(cancelled('requested'));
  await settle();
  for (let failed = 0; failed < 3; await clock.elapse(1_000)) {
    for (; failed < service.length; failed++) service[failed]!.fail();
  }
  const heard = [submit('a'), submit('b')];
  await settle();
  assert.equal([words(), heard[1]!.told], [['cancel back', 'hold a'], 'overloaded']);
});

test('what was cancelled without a payment, or before, has no refund asked for', async () => {
  const store = start();
  for (const result of [cancelled(), cancelled('requested', true)]) {
    cancel(store);
    store.log(-1).answer(result);
    await settle();
  }
  assert.equal(store.asked(), []);
});

test('a refund that another replica has left open is taken over at the second look, and no more than may be open', async () => {
  const { clock, mesh, asked } = start({ paymentLookMs: 1_000, maxOpenRefunds: 2 });
  mesh.openRefunds = ['x', 'y', 'z'].map((key) => ({ orderId: 'a', key, amount: 5 }));
  await clock.elapse(500);
  assert.equal(asked(), []);
  await clock.elapse(4_000);
  assert.equal(asked(), ['refund bazar-refund:x 5', 'refund bazar-refund:y 5']);
});

test('a replica without a payment service tells of what is open from a time with one, and sells at once', async () => {
  const store = start({ paymentLookMs: 1_000 }, undefined, withoutPayments);
  const { clock, mesh, submit, words, log } = store;
  const told = async () => (await mesh.status()).unaskedPayments;
  await clock.elapse(2_500);
  assert.is(await told(), undefined);
  mesh.openRefunds = [{ orderId: 'a', key: 'back', amount: 300 }];
  cancel(store);
  log(0).answer(cancelled('requested'));
  await clock.elapse(2_500);
  assert.is(await told(), 1);
  mesh.openRefunds = [];
  await clock.elapse(1_500);
  assert.is(await told(), undefined);
  submit('b');
  assert.equal(words(), ['cancel back', 'purchase b']);
});

test.run();
