import type { Mutant } from './mutant.ts';
import { AS_MUCH_AS_IS_HELD, paymentsUnder } from './plans.ts';

/** Bugs in purchases that are paid for, of which the shop's or the bank's book would tell. */
export const PAYMENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'payment-without-memory',
    harm: 'Nobody takes over what a dead order replica was paying for: money taken, and nothing sold.',
    swaps: [
      {
        file: 'actors/catalog/holds.ts',
        find: '...(payment && { payment: { key, isOpen: true } }),',
        put: '',
      },
    ],
    seeds: 5,
    change: paymentsUnder(['kill any']),
  },
  {
    name: 'payments-not-in-snapshot',
    harm: 'A leader that was restored from one tells of no payment that was open.',
    swaps: [{ file: 'actors/catalog/state-records.ts', find: 'this.asked.note(key);', put: '' }],
    seeds: 10,
    change: paymentsUnder(['kill any', 'kill the leader', 'wipe a disk']),
  },
  {
    name: 'payment-key-changed-on-retry',
    harm: 'The service takes each repetition for another payment.',
    swaps: [
      {
        file: 'actors/order/payments.ts',
        find: 'const request = { key: paymentKeyOf(orderId), orderId, amount: total };',
        put: 'const request = { key: paymentKeyOf(orderId) + random.id(), orderId, amount: total };',
      },
    ],
    seeds: 5,
    change: paymentsUnder(['reset a link']),
  },
  {
    name: 'confirmed-without-capture',
    harm: 'Silence of the service is taken for a yes.',
    swaps: [
      {
        file: 'actors/order/payment-machine.ts',
        find: "{ target: 'paying' },",
        put: "{ target: 'confirming' },",
      },
    ],
    seeds: 5,
    change: paymentsUnder(['reset a link']),
  },
  {
    name: 'released-after-unknown',
    harm: 'Silence of the service is taken for a no, and the money for nothing.',
    swaps: [
      {
        file: 'actors/order/payment-machine.ts',
        find: "{ target: 'paying' },",
        put: "{ target: 'releasing' },",
      },
    ],
    seeds: 5,
    change: paymentsUnder(['reset a link']),
  },
  {
    name: 'hold-ends-without-void',
    harm: 'What the service has taken when the hold ends is kept, and nothing sold.',
    swaps: [
      {
        file: 'actors/order/payment-machine.ts',
        find: "{ guard: 'knowsEnd', target: 'voiding' },",
        put: "{ guard: 'knowsEnd', target: 'releasing' },",
      },
    ],
    seeds: 10,
    change: paymentsUnder(['kill any'], AS_MUCH_AS_IS_HELD),
  },
  {
    name: 'payment-expires-with-its-hold',
    harm: 'Nobody asks any more what has become of a payment whose hold has ended.',
    swaps: [
      {
        file: 'actors/catalog/holds.ts',
        find: '...(order.payment && paid && { payment: { key: order.orderId, isOpen: false } }),',
        put: '...(order.payment && { payment: { key: order.orderId, isOpen: false } }),',
      },
    ],
    seeds: 5,
    change: paymentsUnder(['kill any']),
  },
  {
    name: 'refund-key-changed-on-retry',
    harm: 'The service takes each repetition for another refund, and gives back more than was paid.',
    swaps: [
      {
        file: 'actors/order/refunds.ts',
        find: 'const request = { key: refundKeyOf(key), paymentKey: paymentKeyOf(orderId), orderId, amount };',
        put: 'const request = { key: refundKeyOf(key) + random.id(), paymentKey: paymentKeyOf(orderId), orderId, amount };',
      },
    ],
    seeds: 5,
    change: paymentsUnder(['reset a link']),
  },
  {
    name: 'refund-forgotten-at-takeover',
    harm: 'Nobody asks any more for what a dead order replica was giving back.',
    swaps: [
      {
        file: 'actors/order/refunds.ts',
        find: 'for (const refund of unknown) if (before.has(refund.key)) begin(refund);',
        put: 'if (before.size > unknown.length) left = before;',
      },
    ],
    seeds: 5,
    change: paymentsUnder(['kill any']),
  },
];
