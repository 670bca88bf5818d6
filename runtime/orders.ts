import { z } from 'zod';
import { BookId, Key, LogIndex } from './scalars.ts';

/** Orders as they are recorded. */

/** One line of an order: what was sold (or asked for, when refused) at which price a copy, in cents. */
export const OrderLine = z.object({
  id: BookId,
  title: z.string(),
  quantity: z.int().min(1),
  price: z.int().min(0),
});
export type OrderLine = z.infer<typeof OrderLine>;

export const RefusalCode = z.enum(['sold-out', 'price-changed', 'unknown-book', 'retired', 'total-limit']);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** What happened to an order: where in the log, and when by the leader's wall time in ms. */
export const OrderEvent = z.object({
  what: z.enum(['held', 'confirmed', 'released', 'expired']),
  version: LogIndex,
  at: z.int(),
});
export type OrderEvent = z.infer<typeof OrderEvent>;

/**
 * An order as recorded. `version` is the log index at which it became what it is, `at` the leader's wall time then in
 * milliseconds. A refused order says why (`code`) and for which book (`bookId`). One that began as a hold says what has
 * happened to it (`events`), and by the leader's wall time when it ends at the earliest unless it is confirmed (`expiresAt`).
 */
export const Order = z.object({
  orderId: Key,
  status: z.enum(['confirmed', 'refused', 'held', 'released', 'expired']),
  lines: z.array(OrderLine),
  total: z.int().min(0),
  version: LogIndex,
  at: z.int(),
  code: RefusalCode.optional(),
  bookId: BookId.optional(),
  expiresAt: z.int().optional(),
  events: z.array(OrderEvent).max(1_000).optional(),
});
export type Order = z.infer<typeof Order>;
