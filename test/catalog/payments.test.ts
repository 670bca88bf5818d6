import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QUERIES } from '../../actors/catalog/queries.ts';
import { LEVEL, REFUNDS } from '../../runtime/command-levels.ts';
import type { Command, Result } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import {
  addBooks,
  cancel,
  confirm,
  hold,
  newBook,
  openReplica,
  orderIn,
  purchase,
  type Replica,
  release,
} from './support.ts';

const TWO = [{ id: 1, quantity: 2 }];
const toPay = (key: string, requestId = `first of ${key}`) =>
  ({ ...hold(key, TWO, 60_000, requestId), payment: 'open' }) as const;
const captured = (key: string) => ({ ...confirm(key), payment: 'captured' }) as const;
const ended = (key: string, payment: 'declined' | 'voided') => ({ ...release(key), payment }) as const;

/** Ten copies of book 1; each command comes a second after the one before. */
async function openShop(level = LEVEL) {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level });
  replica.apply(addBooks('books', [newBook(1)]));
  const run = (command: Command): Result => replica.apply(command).result!;
  return {
    replica,
    run,
    /** Another hour passes, and what is due ends. */
    over: () => replica.apply({ kind: 'tick' }, { at: 1_000 * replica.log.length + 120_000 }),
    seen: (key: string) => {
      const { stock, held = 0, sold } = replica.state.book(1)!;
      const { status, payment } = replica.state.order(key)!;
      return `${status}, ${payment}: ${stock} to sell, ${held} held, ${sold} sold; open ${openIn(replica)}`;
    },
  };
}

const openIn = ({ state }: Replica) => state.asked.payments.oldest(10).join(' ') || 'none';
const codeOf = (result: Result) => (result.kind === 'refused' ? result.code : result.kind);

test('a purchase whose payment is open keeps its copies, and is one of those that can be taken over', async () => {
  const { replica, run, seen } = await openShop();
  const held = orderIn(run(toPay('a')));
  assert.equal([held.status, held.payment], ['held', 'open']);
  assert.is(seen('a'), 'held, open: 8 to sell, 2 held, 0 sold; open a');
  const options = { maxPageBytes: 1_000, checked() {} };
  const body = { limit: 10, minVersion: 0, strong: false };
  assert.equal(await QUERIES['read.payments'](replica.state, body, options), {
    open: [{ orderId: 'a', total: 2_000, isHeld: true }],
    refunds: [],
    asOf: replica.state.applied.index,
  });
});

test('what the service has captured is sold, and what it has declined is on the shelf again', async () => {
  const { run, seen } = await openShop();
  run(toPay('a'));
  run(toPay('b'));
  assert.is(orderIn(run(captured('a'))).status, 'confirmed');
  assert.is(orderIn(run(ended('b', 'declined'))).status, 'released');
  assert.is(seen('a'), 'confirmed, captured: 8 to sell, 0 held, 2 sold; open none');
  assert.is(seen('b'), 'released, declined: 8 to sell, 0 held, 2 sold; open none');
  // Another order replica, which took the first one for dead.
  assert.is(orderIn(run({ ...captured('a'), requestId: 'other' })).status, 'confirmed');
  assert.is(codeOf(run(ended('a', 'voided'))), 'hold-confirmed');
  assert.is(codeOf(run(captured('b'))), 'hold-released');
  assert.is(seen('b'), 'released, declined: 8 to sell, 0 held, 2 sold; open none');
});

test('nobody confirms or releases it who has not asked the service', async () => {
  const { run, seen } = await openShop();
  run(toPay('a'));
  assert.is(codeOf(run(confirm('a'))), 'payment-open');
  assert.is(codeOf(run(release('a'))), 'payment-open');
  assert.is(seen('a'), 'held, open: 8 to sell, 2 held, 0 sold; open a');
});

test('a payment outlives its hold until it is known to be void, and then changes no copies', async () => {
  const { run, over, seen } = await openShop();
  run(toPay('a'));
  over();
  assert.is(seen('a'), 'expired, open: 10 to sell, 0 held, 0 sold; open a');
  assert.is(codeOf(run(captured('a'))), 'hold-expired');
  assert.is(seen('a'), 'expired, open: 10 to sell, 0 held, 0 sold; open a');
  assert.equal(orderIn(run(ended('a', 'voided'))).payment, 'voided');
  assert.is(seen('a'), 'expired, voided: 10 to sell, 0 held, 0 sold; open none');
  assert.is(codeOf(run(ended('a', 'declined'))), 'hold-expired');
});

test('it is the same purchase under its key, paid for or not', async () => {
  const { run } = await openShop();
  run(purchase('a', TWO));
  assert.equal(orderIn(run(toPay('a', 'again'))).status, 'confirmed');
  run(toPay('b'));
  const seen = run(purchase('b', TWO, 'again'));
  assert.equal([orderIn(seen).status, 'replayed' in seen && seen.replayed], ['held', true]);
  assert.is(codeOf(run({ ...toPay('b'), lines: [{ id: 1, quantity: 1 }] })), 'key-reused');
  assert.is(codeOf(run(hold('b', TWO))), 'key-reused');
});

test('an order with a payment is not taken below the level that brings them', async () => {
  const { run } = await openShop(3);
  for (const command of [toPay('a'), captured('a'), ended('a', 'declined')])
    assert.is(codeOf(run(command)), 'not-yet');
  assert.is(codeOf(run(hold('a', TWO))), 'order');
});

test('open payments come back from the disk and from a snapshot, with the same digest', async () => {
  const { replica, run, over } = await openShop();
  for (const key of ['a', 'b', 'c']) run(toPay(key));
  run(captured('b'));
  over();
  await replica.flush();
  const { digest } = replica.state;
  const other = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  await replica.restart();
  for (const one of [replica, other])
    assert.equal([one.state.digest, openIn(one).split(' ').sort()], [digest, ['a', 'c']]);
  assert.is(other.apply(ended('a', 'voided')).result?.kind, 'order');
  assert.is(openIn(other), 'c');
});

test('a refund of what was paid is remembered until the service has answered, and its answer counts once', async () => {
  const { replica, run } = await openShop();
  run(toPay('a'));
  run(captured('a'));
  const parts = ['b', 'c'].map((key) =>
    run(cancel(key, 'a', { lines: [{ id: 1, quantity: 1 }], refund: 700 })),
  );
  assert.ok(
    parts.every((told) => told.kind === 'cancelled' && told.cancellation.refundState === 'requested'),
  );
  const settle = (key: string, state: 'refunded' | 'refused', requestId: string) =>
    orderIn(run({ kind: 'settleRefund', key, orderId: 'a', state, requestId }));
  const open = async () => {
    const body = { limit: 10, minVersion: 0, strong: false };
    const { refunds } = await QUERIES['read.payments'](replica.state, body, {
      maxPageBytes: 1,
      checked() {},
    });
    return refunds;
  };
  assert.equal(await open(), [
    { orderId: 'a', key: 'b', amount: 700 },
    { orderId: 'a', key: 'c', amount: 700 },
  ]);
  settle('b', 'refunded', 'first');
  settle('c', 'refused', 'first');
  const { events } = settle('b', 'refused', 'another order replica, which had heard it before');
  assert.equal(
    events!.map(({ what, key, refundState }) => [what, key, refundState]),
    [
      ['held', undefined, undefined],
      ['confirmed', undefined, undefined],
      ['cancelled', 'b', 'refunded'],
      ['cancelled', 'c', 'refused'],
      ['refunded', 'b', undefined],
      ['refund-refused', 'c', undefined],
    ],
  );
  assert.equal([await open(), replica.state.book(1)!.stock], [[], 10]);
  assert.is(
    codeOf(run({ kind: 'settleRefund', key: 'd', orderId: 'a', state: 'refunded', requestId: 'x' })),
    'unknown-order',
  );
});

test('nothing is asked back of a service that took nothing, for nothing, or below the level that knows refunds', async () => {
  for (const [level, refund, isPaid] of [
    [LEVEL, 0, true],
    [LEVEL, 700, false],
    [REFUNDS - 1, 700, true],
  ] as const) {
    const { replica, run } = await openShop(level);
    if (isPaid) run(toPay('a'));
    run(isPaid ? captured('a') : purchase('a', TWO));
    const told = run(cancel('b', 'a', { refund }));
    assert.is(told.kind === 'cancelled' && told.cancellation.refundState, undefined);
    assert.is(replica.state.asked.refunds.size, 0);
  }
});

test.run();
