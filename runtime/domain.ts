import { z } from 'zod';
import { MAX_PRICE_CENTS } from './money.ts';

/**
 * The domain: books, carts, orders and the commands that change them. These shapes travel between
 * processes and lie in the log; the outside shapes (prices as decimal strings) are made of them by the gateway.
 */

/** Copies of one book that the shelf can hold. */
export const MAX_STOCK = 1_000_000_000;

/**
 * The greatest id that a new book may have. Books without one get the next after the greatest, so one with the greatest
 * of all numbers would leave none. Stores of earlier versions have larger ones, which stay as they are.
 */
export const MAX_NEW_BOOK_ID = 1_000_000_000_000;

export const BookId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export type BookId = z.infer<typeof BookId>;

/** An order id, and every other idempotency key. */
export const Key = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ -')
  .meta({ description: '1 to 128 of A-Z a-z 0-9 . _ ~ -', examples: ['my-order-17'] });
export type Key = z.infer<typeof Key>;

const Price = z.int().min(0).max(MAX_PRICE_CENTS);
const Stock = z.int().min(0).max(MAX_STOCK);
const Index = z.int().min(0);

/** A book to add. Without an id it gets the next free one. */
export const NewBook = z.object({
  id: BookId.optional(),
  title: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .meta({ examples: ['RPCs for Noobs'] }),
  topic: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ examples: ['distributed systems'] }),
  price: Price,
  stock: Stock,
  authors: z.string().max(1000).optional(),
  year: z.int().min(-5000).max(9999).optional(),
  isbn: z.string().max(20).optional(),
});
export type NewBook = z.infer<typeof NewBook>;

/**
 * A book as the catalogs keep it. Invariant, checked by every audit: `initial + restocked - sold = stock`, and
 * `stock ≥ 0`. `version` is the log index of the last change, `added` that of the first.
 */
export const Book = NewBook.extend({
  id: BookId,
  version: Index,
  added: Index,
  initial: Stock,
  restocked: z.int(),
  sold: z.int().min(0),
});
export type Book = z.infer<typeof Book>;

/** One line of a cart; `price` is the price the buyer expects. */
export const CartLine = z.object({
  id: BookId,
  quantity: z.int().min(1).max(MAX_STOCK),
  price: Price.optional(),
});
export type CartLine = z.infer<typeof CartLine>;

/**
 * The gateway made the key, nobody else knows it, and no other proposal of it can be in the log: a refusal leaves no record.
 * Whoever proposes the same where another may be leaves it out (`repeated`), so that the refusal of that one is recorded.
 */
const once = z.literal(true).optional();

/** Sell all lines or none. `key` is the order id; `requestId` names the client's request that made the command. */
export const Purchase = z.object({
  kind: z.literal('purchase'),
  key: Key,
  requestId: z.string().max(64),
  once,
  lines: z.array(CartLine).min(1).max(1000),
});
export type Purchase = z.infer<typeof Purchase>;

/** Add books; ids that exist are left as they are and reported as skipped. */
export const AddBooks = z.object({
  kind: z.literal('addBooks'),
  key: Key,
  requestId: z.string().max(64),
  once,
  books: z.array(NewBook).min(1).max(10_000),
});
export type AddBooks = z.infer<typeof AddBooks>;

/** Set a price, add copies, or set the stock (never both of the last two). */
export const UpdateBook = z.object({
  kind: z.literal('updateBook'),
  key: Key,
  requestId: z.string().max(64),
  once,
  id: BookId,
  price: Price.optional(),
  restock: z.int().min(1).max(MAX_STOCK).optional(),
  stock: Stock.optional(),
  /** Refuse unless the book is at this version. */
  expectVersion: Index.optional(),
});
export type UpdateBook = z.infer<typeof UpdateBook>;

/** What is replicated: the command, not its effect. */
export const Command = z.discriminatedUnion('kind', [Purchase, AddBooks, UpdateBook]);
export type Command = z.infer<typeof Command>;

/** The store was started: `boot` names that start, and no other has the same. The catalogs themselves propose it. */
export const Boot = z.object({ kind: z.literal('boot'), boot: z.string().min(1).max(64) });
export type Boot = z.infer<typeof Boot>;

/** A refused order on record: its key, and the time at which it was refused. */
export const Refusal = z.object({ key: Key, at: z.int() });
export type Refusal = z.infer<typeof Refusal>;

/** These refusals have been kept long enough. The leader proposes it, since only it looks at a clock. */
export const Expire = z.object({ kind: z.literal('expire'), refusals: z.array(Refusal).min(1).max(1000) });
export type Expire = z.infer<typeof Expire>;

/** What a leader puts into the log by itself. */
export type Note = Boot | Expire;

/** What the log may hold. Clients' commands come with a key; none of them can be a `boot` or an `expire`. */
export const LogCommand = z.discriminatedUnion('kind', [...Command.options, Boot, Expire]);
export type LogCommand = z.infer<typeof LogCommand>;

/** One line of an order: what was sold (or asked for, when refused) at which price a copy, in cents. */
export const OrderLine = z.object({
  id: BookId,
  title: z.string(),
  quantity: z.int().min(1),
  price: z.int().min(0),
});
export type OrderLine = z.infer<typeof OrderLine>;

export const RefusalCode = z.enum(['sold-out', 'price-changed', 'unknown-book', 'total-limit']);
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
  version: Index,
  at: z.int(),
  code: RefusalCode.optional(),
  bookId: BookId.optional(),
});
export type Order = z.infer<typeof Order>;

/** A refusal that left no record: another proposal of the same command is decided anew. */
const unrecorded = z.literal(true).optional();

/**
 * What a command came to. `version` is the log index it was decided at: a read at that version or later shows
 * it. `replayed`: the answer had been recorded by an earlier request with the same key.
 */
export const Result = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('order'),
    order: Order,
    version: Index,
    replayed: z.boolean(),
    /** Of an order that was just refused as sold out: the copies that there were. A repetition tells the same; the order does not have it. */
    available: Stock.optional(),
    unrecorded,
  }),
  z.object({
    kind: z.literal('added'),
    added: z.array(BookId),
    skipped: z.array(BookId),
    version: Index,
    replayed: z.boolean(),
  }),
  z.object({ kind: z.literal('updated'), book: Book, version: Index, replayed: z.boolean() }),
  z.object({
    kind: z.literal('refused'),
    code: z.enum(['unknown-book', 'stock-limit', 'version-changed', 'key-reused']),
    version: Index,
    /** The book's version, where another was expected. */
    bookVersion: Index.optional(),
    replayed: z.boolean(),
    unrecorded,
  }),
]);
export type Result = z.infer<typeof Result>;

/** The same command for another proposal of it, whose refusal is recorded. */
export function repeated(command: Command): Command {
  if (!command.once) return command;
  const { once: _, ...rest } = command;
  return rest;
}

/** True of a refusal that says nothing about the other proposals of its command. */
export function isUnrecorded(result: Result): boolean {
  return (result.kind === 'order' || result.kind === 'refused') && result.unrecorded === true;
}

/** A book's state in the commit feed. `topic` only where the book is new. */
export const BookChange = z.object({
  id: BookId,
  stock: Stock,
  price: Price,
  version: Index,
  topic: z.string().optional(),
  /** The leader's wall time at which the change was put into the log, in ms; not where it was read later. */
  at: z.int().optional(),
});
export type BookChange = z.infer<typeof BookChange>;
