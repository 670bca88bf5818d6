import { z } from 'zod';
import { BookId, Key, RefusalCode } from '../runtime/domain.ts';

/**
 * What the store answers, as it looks from outside: the HTTP bodies, prices as decimal strings. Only what clients
 * rely on is checked; anything else in an answer is passed on as it came.
 */

const Price = z.string().regex(/^\d+\.\d{2}$/);
const Count = z.int().min(0);

export const Title = z.object({ id: BookId, title: z.string() });
export type Title = z.infer<typeof Title>;

/** A page of a topic, or all of it as a bare list. */
export const TitlesAnswer = z.union([
  z.array(Title),
  z.object({ books: z.array(Title), next: BookId.nullable() }),
]);

export const BookAnswer = z.object({
  id: BookId,
  title: z.string(),
  topic: z.string(),
  price: Price,
  stock: Count,
  version: Count,
  authors: z.string().optional(),
  year: z.int().optional(),
  isbn: z.string().optional(),
});
export type BookAnswer = z.infer<typeof BookAnswer>;

export const BooksAnswer = z.object({ books: z.array(BookAnswer), next: BookId.nullable() });
export type BooksAnswer = z.infer<typeof BooksAnswer>;

export const OrderAnswer = z.object({
  orderId: Key,
  status: z.enum(['confirmed', 'refused']),
  lines: z.array(z.object({ id: BookId, title: z.string(), quantity: z.int(), price: Price })),
  total: Price,
  version: Count,
  at: z.union([z.string(), z.number()]),
  /** Why it was refused, and for which book. */
  code: RefusalCode.optional(),
  bookId: BookId.optional(),
  /** True where an earlier request with the same order id had got this answer. */
  replayed: z.boolean().optional(),
});
export type OrderAnswer = z.infer<typeof OrderAnswer>;

export const OrdersAnswer = z.object({ orders: z.array(OrderAnswer), next: z.string().nullable() });
export type OrdersAnswer = z.infer<typeof OrdersAnswer>;

export const AddedAnswer = z.object({
  added: z.array(BookId),
  /** Ids that existed already; those books were left as they are. */
  skipped: z.array(BookId),
  replayed: z.boolean().optional(),
});
export type AddedAnswer = z.infer<typeof AddedAnswer>;

/** A book's state as `subscribe` and the `stock` notifications give it. */
export const StockState = z.object({ id: BookId, stock: Count, price: Price, version: Count });
export type StockState = z.infer<typeof StockState>;

export const SubscribedAnswer = z.object({ books: z.array(StockState) });

export const StatusAnswer = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      pid: z.int(),
      state: z.string(),
      role: z.string().optional(),
      term: Count.optional(),
      applied: Count.optional(),
      url: z.string(),
    }),
  ),
  leader: z.string().nullable(),
  cache: z.object({ kind: z.string(), hits: Count, misses: Count }),
  version: Count,
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

export const AuditAnswer = z.object({
  consistent: z.boolean(),
  catalogs: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      applied: Count.optional(),
      digest: z.string().optional(),
      books: Count.optional(),
      totals: z.object({ initial: z.int(), restocked: z.int(), sold: z.int(), stock: z.int() }).optional(),
      unbalanced: z.array(BookId).optional(),
    }),
  ),
  books: z.array(
    z.object({ id: BookId, initial: z.int(), restocked: z.int(), sold: z.int(), stock: z.int() }),
  ),
  next: BookId.nullable(),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;

export const UpdatedAnswer = BookAnswer.extend({ replayed: z.boolean().optional() });
export type UpdatedAnswer = z.infer<typeof UpdatedAnswer>;
