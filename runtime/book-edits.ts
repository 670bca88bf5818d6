import * as z from 'zod';
import { NewBook } from './books.ts';
import { Amount, BookId, Copies, Key, LogIndex, MAX_STOCK } from './scalars.ts';

/** Changes of books that are there, and what is remembered of them. */

const { title, topic, authors, year, isbn, perCustomer } = NewBook.shape;

/** How many copies more or fewer, whatever is sold meanwhile, and why. */
export const Adjustment = z.object({
  by: z.int().min(-MAX_STOCK).max(MAX_STOCK),
  reason: z.string().max(200).optional(),
});

/** A change of one book. What is left out stays; null takes a fact away. Of `restock`, `stock` and `adjust` one at most. */
export const BookEdit = z.object({
  id: BookId,
  /** Refuse unless the book is at this version. */
  expectVersion: LogIndex.optional(),
  title: title.optional(),
  topic: topic.optional(),
  authors: authors.nullable(),
  year: year.nullable(),
  isbn: isbn.nullable(),
  perCustomer: perCustomer.nullable(),
  price: Amount.optional(),
  restock: z.int().min(1).max(MAX_STOCK).optional(),
  stock: Copies.optional(),
  adjust: Adjustment.optional(),
  /** True takes the book out of search and sale, false brings it back. */
  retired: z.boolean().optional(),
});
export type BookEdit = z.infer<typeof BookEdit>;

/** Change books, all of them or none. */
export const ChangeBooks = z.object({
  kind: z.literal('changeBooks'),
  key: Key,
  requestId: z.string().max(64),
  once: z.literal(true).optional(),
  changes: z.array(BookEdit).min(1).max(1000),
});
export type ChangeBooks = z.infer<typeof ChangeBooks>;

/** Changes of one book that are remembered; the oldest go first. It is the same for all catalogs, and so no option. */
export const KEPT_BOOK_EVENTS = 1_000;

const Fact = z.union([z.string(), z.int(), z.boolean()]).nullable();

/** The facts of a book that a change may have changed, in the order in which they are told. */
export const CHANGED_FACTS = [
  'title',
  'authors',
  'topic',
  'year',
  'isbn',
  'price',
  'stock',
  'retired',
  'perCustomer',
] as const;

/** What one change made of a book: for each fact that it changed, what it was and what it is. */
export const BookEvent = z.object({
  /** Counts the changes of the book, from 1. */
  number: z.int().min(1),
  version: LogIndex,
  /** The leader's wall time in ms. */
  at: z.int(),
  key: Key,
  reason: z.string().optional(),
  changes: z.array(z.object({ fact: z.enum(CHANGED_FACTS), from: Fact, to: Fact })),
});
export type BookEvent = z.infer<typeof BookEvent>;

/** Changes before the one with the number `after`. */
export const HistoryQuery = z.object({
  id: BookId,
  after: LogIndex.optional(),
  limit: z.int().min(1).max(10_000),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** A page of the changes of a book, the latest first; null where there is no such book. `next` is the number to go on before. */
export const HistoryPage = z.object({ events: z.array(BookEvent).nullable(), next: z.int().nullable() });
export type HistoryPage = z.infer<typeof HistoryPage>;
