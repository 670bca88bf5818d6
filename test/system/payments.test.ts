import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OrderAnswer } from '../../runtime/api.ts';
import { checkPayments, isUnsettled, paidOrder } from '../checkers/payments.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { assertEqualCatalogs } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { type PaymentProcess, startPaymentProcess } from '../support/payment-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A store whose purchases are paid through a real payment service, of which both die in the middle. */

const MOST = 50_000;

let cluster: LauncherCluster;
let ledger: string;
let service: PaymentProcess;

test.before(async () => {
  ledger = join(await temporaryFolder(), 'ledger');
  service = await startPaymentProcess({ ledger, rules: { most: MOST } });
  const limits = [
    'paymentHoldMs=8000',
    'paymentLookMs=500',
    'paymentAnswerMs=1000',
    'paymentBackoffCapMs=1000',
  ];
  cluster = await startLauncherCluster({
    args: ['--payments', service.url, ...limits.flatMap((limit) => ['--limit', limit])],
  });
  await cluster.whole();
});

test.after(async () => {
  await cluster?.stop();
  await service?.kill();
  await rm(dirname(ledger), { recursive: true, force: true });
});

interface Told {
  readonly status: string | number;
  readonly code?: string;
  readonly outcome?: string;
  readonly payment?: string;
  readonly total?: string;
}

/** Asks again while it is refused before anything happens, as it is after a service was not reached until one request finds it back. */
async function buy(key: string, quantity = 1) {
  const body = { id: 1, quantity };
  const ask = () => cluster.request<Told>('POST', '/purchase', { body, headers: { 'idempotency-key': key } });
  const isRefused = ({ body: { code } }: { readonly body: Told }) => code === 'overloaded';
  const first = await ask();
  if (!isRefused(first)) return first;
  return eventually(`${key} is begun`, async () => {
    const told = await ask();
    return !isRefused(told) && told;
  });
}

const orderOf = async (key: string) => (await cluster.request<Told>('GET', `/orders/${key}`)).body;

/** Asks until it is known what has become of the purchase. */
const settled = (key: string) =>
  eventually(`the end of ${key}`, async () => {
    const told = await buy(key);
    return told.body.outcome !== 'unknown' && told.status !== 429 && told.body.code !== 'unavailable' && told;
  });

const captured = () => service.entries().filter(({ status }) => status === 'captured');

/** Every captured payment has its order, of the same amount, and every order its payment; and copies are where they belong. */
async function assertBooksAgree(): Promise<void> {
  const sold = await eventually('no payment is open', async () => {
    const { body } = await cluster.request<{ orders: OrderAnswer[] }>('GET', '/orders?limit=1000', {
      admin: true,
    });
    const orders = body.orders.map(paidOrder);
    return !orders.some(isUnsettled) && orders;
  });
  assert.is(checkPayments(sold, service.entries()), undefined);
  await assertEqualCatalogs(cluster);
  const { body } = await cluster.request<{ held: number }>('GET', '/info/1?consistency=strong');
  assert.is(body.held, 0);
}

test('what is paid is sold, and what is declined is 402 and on the shelf again', async () => {
  const sold = await buy('paid', 2);
  assert.equal([sold.status, sold.body.payment], [201, 'captured']);
  const dear = await buy('dear', 60);
  assert.equal([dear.status, dear.body.code, dear.body.outcome], [402, 'payment-declined', 'refused']);
  assert.is((await buy('dear', 60)).status, 402);
  await assertBooksAgree();
});

test('a service that does as it is told and drops its answer is asked again, and paid once', async () => {
  await service.rule({ drop: 1 });
  const told = buy('dropped');
  await eventually('it is captured', () => captured().some(({ orderId }) => orderId === 'dropped'));
  await service.rule({ drop: 0 });
  await told;
  assert.is((await settled('dropped')).body.status, 'confirmed');
  await assertBooksAgree();
});

test('a service that is killed after it has taken the money is asked again when it is back', async () => {
  await service.rule({ die: 1 });
  const gone = service.gone();
  const told = buy('killed-service');
  await gone;
  assert.is((await told).body.outcome, 'unknown');
  assert.is((await orderOf('killed-service')).status, 'held', 'silence releases nothing');
  await service.start();
  assert.is((await settled('killed-service')).body.status, 'confirmed');
  await assertBooksAgree();
});

test('when order replicas die while a payment hangs, others or the next take it over', async () => {
  await service.rule({ hang: 1 });
  const told = ['left-1', 'left-2', 'left-3'].map((key) => buy(key).catch(() => undefined));
  await eventually(
    'they are captured',
    () => captured().filter(({ orderId }) => orderId.startsWith('left')).length === 3,
  );
  await cluster.kill('order-1');
  await cluster.kill('order-2');
  await service.rule({ hang: 0 });
  await Promise.all(told);
  // Nobody asks for them again.
  for (const key of ['left-1', 'left-2', 'left-3']) {
    await eventually(`${key} is sold`, async () => (await orderOf(key)).status === 'confirmed');
  }
  await cluster.whole();
  await assertBooksAgree();
});

test('a payment that nobody can tell of until its hold has ended is given back', async () => {
  await service.rule({ hang: 1 });
  assert.is((await buy('too-late')).body.outcome, 'unknown');
  await eventually(
    'its hold has ended',
    async () => (await orderOf('too-late')).status === 'expired',
    30_000,
  );
  await service.rule({ hang: 0 });
  await eventually('it is void', async () => (await orderOf('too-late')).payment === 'voided');
  assert.equal([(await buy('too-late')).body.code], ['payment-expired']);
  await assertBooksAgree();
});

test('what is cancelled while the service is dead is on the shelf at once, and given back by the next order replica', async () => {
  const stock = async () =>
    (await cluster.request<{ stock: number }>('GET', '/info/1?consistency=strong')).body.stock;
  assert.is((await buy('regretted', 2)).status, 201);
  const before = await stock();
  await service.kill();
  const cancelled = await cluster.request<{ refundState?: string }>('POST', '/orders/regretted/cancel', {
    body: {},
    admin: true,
    headers: { 'idempotency-key': 'regret' },
  });
  assert.equal([cancelled.status, cancelled.body.refundState], [200, 'requested']);
  assert.is(await stock(), before + 2);
  await cluster.kill('order-1');
  await cluster.kill('order-2');
  await cluster.whole();
  await service.start();
  await assertBooksAgree();
  const refunds = service.entries().filter(({ status }) => status === 'refunded');
  assert.equal(
    refunds.map(({ key, paymentKey }) => [key, paymentKey]),
    [['bazar-refund:regret', 'bazar-regretted']],
  );
});

test('forty buyers, a bad service, and an order replica and a leader that die: both books agree', async () => {
  await service.rule({ drop: 0.2, hang: 0.1, fail: 0.2, mixUp: 0.1, delayMs: 20 });
  const keys = Array.from({ length: 40 }, (_, number) => `crowd-${number}`);
  const ends = Promise.all(keys.map(settled));
  await cluster.kill('order-1');
  await cluster.kill(await cluster.leader());
  await service.rule({ drop: 0, hang: 0, fail: 0, mixUp: 0 });
  const told = await ends;
  assert.ok(told.every(({ status }) => status < 300 || status === 409));
  await cluster.whole();
  await assertBooksAgree();
});

test.run();
