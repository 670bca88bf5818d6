import { bound, KIB } from './bound.ts';

/** The bounds of order replicas. */
export const ORDER_BOUNDS = {
  maxSubmissions: bound(20_000, 'submissions in flight in one order replica; more are `overloaded`'),
  submitMarginMs: bound(
    50,
    'ms before its deadline at which a submission is given up, so that the asker still hears why',
  ),
  proposalTimeoutMs: bound(700, "ms of one proposal's patience before the saga tries again"),
  sagaBackoffBaseMs: bound(20, 'ms of the first pause of a saga; it doubles, with full jitter'),
  sagaBackoffCapMs: bound(200, 'ms no pause of a saga is longer than'),
  maxOpenPayments: bound(
    1_000,
    'purchases in one order replica whose payment is open; more are `overloaded`',
  ),
  paymentsAtFirst: bound(
    16,
    'requests that one order replica has with the payment service at once, before it knows what that bears',
  ),
  paymentQueueMs: bound(
    1_000,
    'ms that a payment may be about to wait for those before it; further purchases are `overloaded`',
  ),
  paymentPauseMs: bound(500, 'ms between two attempts to reach a payment service that is not reached'),
  maxOpenRefunds: bound(
    1_000,
    'refunds that one order replica asks the payment service for at once; more wait in the log',
  ),
  paymentHoldMs: bound(900_000, 'ms for which copies are held while they are paid for'),
  paymentAnswerMs: bound(5_000, 'ms for an answer of the payment service, before it is asked again'),
  maxPaymentAnswerBytes: bound(16 * KIB, 'bytes of an answer of the payment service'),
  paymentBackoffBaseMs: bound(100, 'ms of the first pause of a payment; it doubles, with full jitter'),
  paymentBackoffCapMs: bound(10_000, 'ms no pause of a payment is longer than'),
  paymentLookMs: bound(
    2_000,
    'ms between two looks for payments and refunds that a dead order replica left open',
  ),
};
