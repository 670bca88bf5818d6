import * as z from 'zod';
import { ChangeBooks } from './book-edits.ts';
import { Book, NewBook } from './books.ts';
import { Cancellation, CancelledLine, Canceller, Order, Payment, RefundState } from './orders.ts';
import {
  Amount,
  BookId,
  Copies,
  Customer,
  Key,
  LogIndex,
  MAX_HOLD_MS,
  MAX_STOCK,
  MIN_HOLD_MS,
} from './scalars.ts';

export * from './book-edits.ts';
export * from './books.ts';
export * from './orders.ts';
export * from './scalars.ts';

/**
 * The domain: books, orders, and the commands that change them with what they come to. These shapes travel between
 * processes and lie in the log; the outside shapes (prices as decimal strings) are made of them by the gateway.
 */

/** One line of a cart; `price` is the price the buyer expects. */
export const CartLine = z.object({
  id: BookId,
  quantity: z.int().min(1).max(MAX_STOCK),
  price: Amount.optional(),
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
  /** Whose copies they are to be; books with a limit for each customer are sold to nobody else. */
  customer: Customer.optional(),
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
  price: Amount.optional(),
  restock: z.int().min(1).max(MAX_STOCK).optional(),
  stock: Copies.optional(),
  /** Refuse unless the book is at this version. */
  expectVersion: LogIndex.optional(),
});
export type UpdateBook = z.infer<typeof UpdateBook>;

/** Take the copies of all lines off the shelf, or none, and keep them for so long. `key` is the id of the order to be. */
export const Hold = z.object({
  kind: z.literal('hold'),
  key: Key,
  requestId: z.string().max(64),
  once,
  lines: z.array(CartLine).min(1).max(1000),
  ttlMs: z.int().min(MIN_HOLD_MS).max(MAX_HOLD_MS),
  customer: Customer.optional(),
  /** It is a purchase that the payment service is asked for, and ends by what the service says. */
  payment: Payment.extract(['open']).optional(),
});
export type Hold = z.infer<typeof Hold>;

/** Make an order of the hold with this key. */
export const Confirm = z.object({
  kind: z.literal('confirm'),
  key: Key,
  requestId: z.string().max(64),
  once,
  /** What the payment service has said; no purchase that it is asked for ends without. */
  payment: Payment.extract(['captured']).optional(),
});
export type Confirm = z.infer<typeof Confirm>;

/** Put back what the hold with this key keeps. With its payment, whatever it keeps: one that has ended has its payment open still. */
export const Release = Confirm.extend({
  kind: z.literal('release'),
  payment: Payment.extract(['declined', 'voided']).optional(),
});
export type Release = z.infer<typeof Release>;

/** Take back copies of a confirmed order, under a key of its own. Without lines, all that are left of it. */
export const Cancel = z.object({
  kind: z.literal('cancel'),
  key: Key,
  requestId: z.string().max(64),
  once,
  orderId: Key,
  by: Canceller,
  lines: z.array(CancelledLine).min(1).max(1000).optional(),
  /** Put the copies back on the shelf; or else they are written off. */
  restock: z.boolean(),
  /** How much is given back, in cents; what was paid for these copies unless it is said, and never more. */
  refund: z.int().min(0).optional(),
});
export type Cancel = z.infer<typeof Cancel>;

/** The payment service has answered for the refund of the cancellation with this key. */
export const SettleRefund = z.object({
  kind: z.literal('settleRefund'),
  key: Key,
  requestId: z.string().max(64),
  once,
  orderId: Key,
  state: RefundState.exclude(['requested']),
});
export type SettleRefund = z.infer<typeof SettleRefund>;

/** What is replicated: the command, not its effect. */
export const Command = z.discriminatedUnion('kind', [
  Purchase,
  AddBooks,
  UpdateBook,
  ChangeBooks,
  Hold,
  Confirm,
  Release,
  Cancel,
  SettleRefund,
]);
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

/** Every catalog can read the commands of this level from now on (`command-levels.ts`). */
export const RaiseLevel = z.object({ kind: z.literal('raiseLevel'), level: z.int().min(1) });
export type RaiseLevel = z.infer<typeof RaiseLevel>;

/** Time has passed, and something is due; nothing else is. */
export const Tick = z.object({ kind: z.literal('tick') });
export type Tick = z.infer<typeof Tick>;

/** What a leader puts into the log by itself. */
export type Note = Boot | Expire | RaiseLevel | Tick;

const NOTES: ReadonlySet<LogCommand['kind']> = new Set<Note['kind']>([
  'boot',
  'expire',
  'raiseLevel',
  'tick',
]);

export function isNote(command: LogCommand): command is Note {
  return NOTES.has(command.kind);
}

/** What the log may hold. Clients' commands come with a key; none of them can be a leader's own. */
export const LogCommand = z.discriminatedUnion('kind', [...Command.options, Boot, Expire, RaiseLevel, Tick]);
export type LogCommand = z.infer<typeof LogCommand>;

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
    version: LogIndex,
    replayed: z.boolean(),
    /**
     * Of an order that was just refused as sold out or for a customer's limit: the copies that could be had. A repetition
     * tells the same; the order does not have it.
     */
    available: Copies.optional(),
    unrecorded,
  }),
  z.object({
    kind: z.literal('added'),
    added: z.array(BookId),
    skipped: z.array(BookId),
    /** Books that were not made, by their place in the batch, since another one has their ISBN. */
    duplicates: z.array(z.object({ place: z.int().min(0), isbn: z.string(), id: BookId })).optional(),
    version: LogIndex,
    replayed: z.boolean(),
  }),
  z.object({
    kind: z.literal('updated'),
    book: Book,
    /** Where its words changed: the topics that it had and has. */
    topics: z.array(z.string()).optional(),
    version: LogIndex,
    replayed: z.boolean(),
  }),
  z.object({
    kind: z.literal('changed'),
    /** The books that changed; those that were so already are not among them. */
    ids: z.array(BookId),
    topics: z.array(z.string()).optional(),
    version: LogIndex,
    replayed: z.boolean(),
  }),
  z.object({
    kind: z.literal('cancelled'),
    cancellation: Cancellation,
    version: LogIndex,
    replayed: z.boolean(),
  }),
  z.object({
    kind: z.literal('refused'),
    code: z.enum([
      'unknown-book',
      'stock-limit',
      'version-changed',
      'too-few-copies',
      'isbn-taken',
      'key-reused',
      'not-yet',
      'too-many-holds',
      'unknown-hold',
      'hold-confirmed',
      'hold-released',
      'hold-expired',
      'payment-open',
      'unknown-order',
      'not-confirmed',
      'over-cancelled',
      'over-refunded',
      'too-many-cancellations',
    ]),
    version: LogIndex,
    /** The book that is the reason, of several. */
    bookId: BookId.optional(),
    /** The book's version, where another was expected. */
    bookVersion: LogIndex.optional(),
    /** The copies that there were, where more were to be taken away, or can still be cancelled. */
    available: Copies.optional(),
    /** The book that has the ISBN. */
    otherId: BookId.optional(),
    /** What was paid for the copies, where more was to be given back. */
    paid: z.int().min(0).optional(),
    /** What the order is, where it is none that can be cancelled. */
    status: Order.shape.status.optional(),
    /** Of a hold that has ended, and of such an order: where in the log, and when. */
    since: z.object({ version: LogIndex, at: z.int() }).optional(),
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
