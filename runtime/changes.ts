import * as z from 'zod';
import { BookEvent } from './book-edits.ts';
import { Book } from './books.ts';
import { Order, OrderEvent } from './orders.ts';
import { BookId, Customer, Key, LogIndex } from './scalars.ts';

/**
 * What events are of, and in which order they come at one version: a change of an order, one of a book by those who tend
 * it, and the present price and copies of a book, where it changed last.
 */
export const EventType = z.enum(['order', 'book', 'stock']);
export type EventType = z.infer<typeof EventType>;

/** A change of a book; the number 0 is that it was added. */
const NumberedChange = z.object({ id: BookId, number: z.int().min(0) });

/** A place among the events: behind that of this order, change or book at this version, or without any behind all of it. */
export const ChangesPlace = z.object({
  version: z.int().min(0),
  orderId: Key.optional(),
  change: NumberedChange.optional(),
  stockOf: BookId.optional(),
});
export type ChangesPlace = z.infer<typeof ChangesPlace>;

const Types = z.array(EventType).min(1).max(EventType.options.length);

/**
 * Which events are asked for: of orders with `every` all, and otherwise the last of each. Status and customer choose among those
 * of orders. A program that says no types knows no others than orders.
 */
export const ChangesQuery = z.object({
  since: ChangesPlace,
  types: Types.default(['order']),
  every: z.boolean(),
  status: z.string().max(32).optional(),
  customer: Customer.optional(),
  limit: z.int().min(1).max(10_000),
});
export type ChangesQuery = z.infer<typeof ChangesQuery>;

const at = { version: LogIndex };

/**
 * One event, with the order or the book as it is now. Of a book that was added there is no `event`. What says no type comes
 * from a program that knows orders alone.
 */
export const StoreChange = z.union([
  z.object({ type: z.literal('order').default('order'), ...at, what: OrderEvent.shape.what, order: Order }),
  z.object({ type: z.literal('book'), ...at, book: Book, event: BookEvent.optional() }),
  z.object({ type: z.literal('stock'), ...at, book: Book }),
]);
export type StoreChange = z.infer<typeof StoreChange>;

/** Events in the order of the log, and the place to go on from. Those of which types; nothing where orders alone are known. */
export const ChangesPage = z.object({
  types: Types.optional(),
  changes: z.array(StoreChange),
  cursor: ChangesPlace,
  more: z.boolean(),
});
export type ChangesPage = z.infer<typeof ChangesPage>;
