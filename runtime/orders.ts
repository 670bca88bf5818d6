import * as z from 'zod';
import { BookId, Customer, Key, LogIndex } from './scalars.ts';

/** Orders as they are recorded, and their cancellations. */

const Copies = z.int().min(1);
/** A sum of prices. */
const Sum = z.int().min(0);

/** One line of an order: what was sold (or asked for, when refused) at which price a copy, in cents. */
export const OrderLine = z.object({
  id: BookId,
  title: z.string(),
  quantity: Copies,
  price: z.int().min(0),
  /** Copies of these that were cancelled; left out where there are none. */
  cancelled: Copies.optional(),
});
export type OrderLine = z.infer<typeof OrderLine>;

export const RefusalCode = z.enum([
  'sold-out',
  'price-changed',
  'unknown-book',
  'retired',
  'total-limit',
  'customer-needed',
  'limit-reached',
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** Copies of a book of an order that are cancelled. */
export const CancelledLine = z.object({ id: BookId, quantity: Copies });
export type CancelledLine = z.infer<typeof CancelledLine>;

/** Who may cancel orders, by the role of the token that was shown. */
export const Canceller = z.literal('admin');
export type Canceller = z.infer<typeof Canceller>;

/** The most that an order remembers of what happened to it. It is the same for all catalogs, and so no option. */
export const MAX_ORDER_EVENTS = 100;
/** The most lines that its cancellations have together, but for those of the last: some 40 bytes each. */
export const MAX_CANCELLED_LINES = 1_000;

/**
 * Where a refund stands that the payment service is asked for: `requested` until the service has said that the money is given
 * back, or that it gives none back.
 */
export const RefundState = z.enum(['requested', 'refunded', 'refused']);
export type RefundState = z.infer<typeof RefundState>;

/** What a cancellation did: how much is given back, and whether the copies are on the shelf again or written off. */
const cancellation = {
  key: Key,
  by: Canceller,
  lines: z.array(CancelledLine),
  refund: Sum,
  restocked: z.boolean(),
  /** Of an order whose payment the service has captured. */
  refundState: RefundState.optional(),
};

/**
 * What happened to an order: where in the log, and when by the leader's wall time in ms. What the payment service has said of a
 * refund stands with the cancellation, and as an event of its own with the same key.
 */
export const OrderEvent = z.object({
  what: z.enum(['held', 'confirmed', 'released', 'expired', 'cancelled', 'refunded', 'refund-refused']),
  version: LogIndex,
  at: z.int(),
  ...z.object(cancellation).partial().shape,
});
export type OrderEvent = z.infer<typeof OrderEvent>;

/**
 * Where the payment of an order stands that the payment service is asked for: `open` until it is known to be captured, or that
 * nothing was or stays taken (`declined` by the service, or made void by us).
 */
export const Payment = z.enum(['open', 'captured', 'declined', 'voided']);
export type Payment = z.infer<typeof Payment>;

export const OrderStatus = z.enum([
  'confirmed',
  'refused',
  'held',
  'released',
  'expired',
  'partly-cancelled',
  'cancelled',
]);

/**
 * An order as recorded. `version` is the log index at which it became what it is, `at` the leader's wall time then in
 * milliseconds. A refused order says why (`code`) and for which book (`bookId`). One that began as a hold or was cancelled says
 * what has happened to it (`events`); a hold also by the leader's wall time when it ends at the earliest unless it is confirmed
 * (`expiresAt`), and what was cancelled how much was given back of `total` (`refunded`).
 */
export const Order = z.object({
  orderId: Key,
  status: OrderStatus,
  lines: z.array(OrderLine),
  total: Sum,
  version: LogIndex,
  at: z.int(),
  code: RefusalCode.optional(),
  bookId: BookId.optional(),
  customer: Customer.optional(),
  expiresAt: z.int().optional(),
  refunded: Sum.optional(),
  payment: Payment.optional(),
  events: z.array(OrderEvent).max(1_000).optional(),
});
export type Order = z.infer<typeof Order>;

/** What a cancellation came to. `status` and `refunded` are the order's after it. */
export const Cancellation = z.object({
  orderId: Key,
  ...cancellation,
  status: OrderStatus,
  refunded: Sum,
  at: z.int(),
});
export type Cancellation = z.infer<typeof Cancellation>;
