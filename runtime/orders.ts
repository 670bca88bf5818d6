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

/**
 * An order as recorded, confirmed or refused; never changed afterwards. `version` is its log index, `at` the
 * leader's wall time in milliseconds. A refused order says why (`code`) and for which book (`bookId`).
 */
export const Order = z.object({
  orderId: Key,
  status: z.enum(['confirmed', 'refused']),
  lines: z.array(OrderLine),
  total: z.int().min(0),
  version: LogIndex,
  at: z.int(),
  code: RefusalCode.optional(),
  bookId: BookId.optional(),
});
export type Order = z.infer<typeof Order>;
