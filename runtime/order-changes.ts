import { z } from 'zod';
import { Order, OrderEvent } from './orders.ts';
import { Customer, Key, LogIndex } from './scalars.ts';

/** A place among the changes of orders: behind that of this order at this version, or without one behind all of it. */
export const ChangesPlace = z.object({ version: z.int().min(0), orderId: Key.optional() });
export type ChangesPlace = z.infer<typeof ChangesPlace>;

/** Which changes of orders are asked for; with `every` all, and otherwise the last of each order. */
export const ChangesQuery = z.object({
  since: ChangesPlace,
  every: z.boolean(),
  status: z.string().max(32).optional(),
  customer: Customer.optional(),
  limit: z.int().min(1).max(10_000),
});
export type ChangesQuery = z.infer<typeof ChangesQuery>;

/** Changes in the order of the log, each with the order as it is now, and the place to go on from. */
export const ChangesPage = z.object({
  changes: z.array(z.object({ version: LogIndex, what: OrderEvent.shape.what, order: Order })),
  cursor: ChangesPlace,
  more: z.boolean(),
});
export type ChangesPage = z.infer<typeof ChangesPage>;
