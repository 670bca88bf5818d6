import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPayments, type PaidOrder, type PaymentEntry } from './payments.ts';

const sold: PaidOrder = { orderId: 'a', status: 'confirmed', total: 5, payment: 'captured' };
const taken: PaymentEntry = { key: 'k', orderId: 'a', amount: 5, status: 'captured' };

test('books that agree have no fault', () => {
  assert.is(checkPayments([sold], [taken]), undefined);
  assert.is(checkPayments([{ ...sold, status: 'cancelled' }], [taken]), undefined);
  for (const [status, payment] of [
    ['released', 'declined'],
    ['expired', 'voided'],
  ] as const) {
    assert.is(checkPayments([{ ...sold, status, payment }], [{ ...taken, status: payment }]), undefined);
  }
  assert.is(checkPayments([{ orderId: 'b', status: 'held', total: 5 }], []), undefined, 'held by a client');
  assert.is(checkPayments([{ ...sold, status: 'expired', payment: 'voided' }], []), undefined);
});

test('each way in which they can differ is a fault', () => {
  const faults = [
    checkPayments([], [taken]),
    checkPayments([sold], []),
    checkPayments([sold], [{ ...taken, amount: 6 }]),
    checkPayments([sold], [taken, { ...taken, key: 'other' }]),
    checkPayments([sold], [{ ...taken, status: 'voided' }]),
    checkPayments([{ ...sold, status: 'expired', payment: 'voided' }], [taken]),
    checkPayments([{ ...sold, payment: 'declined' }], [taken]),
    checkPayments([{ ...sold, status: 'expired', payment: 'open' }], []),
  ];
  assert.ok(faults.every((fault) => fault !== undefined));
  assert.is(new Set(faults).size, faults.length - 1, 'two of them are an order without its payment');
});

const back: PaymentEntry = { key: 'r', orderId: 'a', paymentKey: 'k', amount: 2, status: 'refunded' };
const returned = (refundState: string, what = 'refunded'): PaidOrder => ({
  ...sold,
  status: 'partly-cancelled',
  events: [
    { what: 'cancelled', key: 'c', refund: 2, refundState },
    { what, key: 'c' },
  ],
});

test('refunds stand in both books, once each and as the service has said', () => {
  assert.is(checkPayments([returned('refunded')], [taken, back]), undefined);
  const refused = { ...back, status: 'refused' as const };
  assert.is(checkPayments([returned('refused', 'refund-refused')], [taken, refused]), undefined);
  const faults = [
    checkPayments([returned('requested')], [taken, back]),
    checkPayments([returned('refunded')], [taken]),
    checkPayments([returned('refunded')], [taken, back, { ...back, key: 'other' }]),
    checkPayments([returned('refunded')], [taken, { ...back, amount: 1 }]),
    checkPayments([returned('refunded')], [taken, refused]),
    checkPayments([sold], [taken, back]),
    checkPayments([returned('refunded', 'nothing')], [taken, back]),
    checkPayments([], [back]),
  ];
  assert.ok(
    faults.every((fault) => fault !== undefined),
    faults.join('; '),
  );
  assert.is(new Set(faults).size, faults.length);
});

test.run();
