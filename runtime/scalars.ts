import * as z from 'zod';
import { MAX_PRICE_CENTS } from './money.ts';

/** The scalars that books, orders and commands are made of. */

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

/** Who buys, by whatever name the shop knows its customers; two are the same where all characters are. */
export const Customer = z
  .string()
  .regex(/^\P{Cc}{1,128}$/u, 'must be 1 to 128 characters, none of them a control character');
export type Customer = z.infer<typeof Customer>;

/** How long a hold lasts, in ms. */
export const MIN_HOLD_MS = 1_000;
export const MAX_HOLD_MS = 24 * 60 * 60 * 1000;

/** An amount. */
export const Amount = z.int().min(0).max(MAX_PRICE_CENTS);
/** Copies of one book. */
export const Copies = z.int().min(0).max(MAX_STOCK);
/** A place in the log. */
export const LogIndex = z.int().min(0);
