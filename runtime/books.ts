import * as z from 'zod';
import { Amount, BookId, Copies, LogIndex, MAX_STOCK } from './scalars.ts';

/** Books, as they are added and as the catalogs keep them. */

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
  price: Amount,
  stock: Copies,
  authors: z.string().max(1000).optional(),
  year: z.int().min(-5000).max(9999).optional(),
  isbn: z.string().max(20).optional(),
  /** The most copies that one customer may have; without it, whatever there is. */
  perCustomer: z.int().min(1).max(MAX_STOCK).optional(),
});
export type NewBook = z.infer<typeof NewBook>;

/**
 * A book as the catalogs keep it. Invariant, checked by every audit: `initial + restocked + returned - sold - held = stock`,
 * each but `restocked` at least 0. Copies that were written off were sold and are not returned. `stock` is what can be bought now. `version` is the log index of the last change, `added`
 * that of the first.
 */
export const Book = NewBook.extend({
  id: BookId,
  version: LogIndex,
  added: LogIndex,
  initial: Copies,
  restocked: z.int(),
  sold: z.int().min(0),
  /** How often it was changed, since such changes are remembered; absent where it never was. */
  changes: z.int().min(1).optional(),
  /** It is out of search and sale; absent where it is not. */
  retired: z.literal(true).optional(),
  /** Copies of cancelled orders that are back on the shelf; left out where there are none. */
  returned: z.int().min(0).optional(),
  /** Copies that are kept for those who hold them; left out where there are none. */
  held: z.int().min(0).optional(),
});
export type Book = z.infer<typeof Book>;

/** A book's state in the commit feed. `topic` only where the book is new, or has other words than before. */
export const BookChange = z.object({
  id: BookId,
  stock: Copies,
  price: Amount,
  version: LogIndex,
  topic: z.string().optional(),
  /** The topics that it had before, where its words are other ones now. */
  formerTopics: z.array(z.string()).optional(),
  retired: z.literal(true).optional(),
  held: z.int().min(0).optional(),
  /** The leader's wall time at which the change was put into the log, in ms; not where it was read later. */
  at: z.int().optional(),
});
export type BookChange = z.infer<typeof BookChange>;
