import { z } from 'zod';
import { BookId, Key, MAX_STOCK, NewBook } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import { parseMoney } from '../../runtime/money.ts';

/**
 * What clients may ask, checked once at the gateway's edge. Unknown fields are refused rather than ignored: a
 * misspelt `quantitiy` or an `orderId` in the wrong place must not become another purchase than was meant.
 */

/** An amount as a decimal string or a number with at most two places, in cents afterwards. */
const AMOUNT = 'must be an amount like "19.99", from 0 to 10000000.00';
const Price = z.union([z.string(), z.number()], AMOUNT).transform((value, context) => {
  const cents = parseMoney(String(value));
  if (cents !== undefined) return cents;
  context.addIssue({ code: 'custom', message: AMOUNT });
  return z.NEVER;
});

/** A whole number in a URL. */
const UrlNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'must be a whole number')
  .transform(Number);
const UrlId = UrlNumber.pipe(BookId);

/** `?after=` means the same as leaving it out. */
const blankable = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/**
 * Halves of surrogate pairs, which JSON can spell, have no UTF-8: they would all become one and the same character,
 * and two topics one key of Redis.
 */
const isWellFormed = (text: unknown) => typeof text !== 'string' || !/\p{Cs}/u.test(text);
const WELL_FORMED = 'must be well-formed Unicode';

/** Bounded before it is trimmed: what is cut out of a long text keeps all of it in memory. */
const Topic = z.string().max(1_000).trim().min(1).max(200).refine(isWellFormed, WELL_FORMED);
const Consistency = z.enum(['default', 'strong']).optional();

export type Requests = ReturnType<typeof createRequests>;

/** The schemas of all requests, with the bounds of `limits`. */
export function createRequests(limits: Limits) {
  const Quantity = z.int().min(1).max(limits.maxQuantity);
  const CartLine = z.strictObject({ id: BookId, quantity: Quantity, price: Price.optional() });
  const Lines = z.array(CartLine).min(1).max(limits.maxLines);
  const oneLine = ({ id, quantity, price }: z.infer<typeof CartLine>) => [{ id, quantity, price }];

  const OutsideBook = z
    .strictObject({ ...NewBook.shape, price: Price })
    .refine((book) => Object.values(book).every(isWellFormed), WELL_FORMED);
  const NewBooks = z.union([
    OutsideBook.transform((book) => [book]),
    z.array(OutsideBook).min(1).max(limits.maxBooksPerRequest),
  ]);

  const change = {
    price: Price.optional(),
    restock: z.int().min(1).max(MAX_STOCK).optional(),
    stock: z.int().min(0).max(MAX_STOCK).optional(),
  };
  const oneChange = (given: { price?: unknown; restock?: unknown; stock?: unknown }) =>
    (given.restock === undefined || given.stock === undefined) &&
    (given.price !== undefined || given.restock !== undefined || given.stock !== undefined);
  const ONE_CHANGE = 'must have a price, a restock or a stock, and not the last two together';

  const limit = z.int().min(1).max(limits.maxPage);
  const urlLimit = blankable(UrlNumber.pipe(limit));
  const consistency = { consistency: Consistency };

  return {
    http: {
      id: z.strictObject({ id: UrlId }),
      topic: z.strictObject({ topic: Topic }),
      orderId: z.strictObject({ orderId: Key }),
      consistency: z.strictObject(consistency),
      search: z.strictObject({ after: blankable(UrlNumber), limit: urlLimit, ...consistency }),
      books: z.strictObject({ after: blankable(UrlId), limit: urlLimit, ...consistency }),
      orders: z.strictObject({ after: blankable(Key), limit: urlLimit, ...consistency }),
      audit: z.strictObject({ after: blankable(UrlId), limit: urlLimit }),
      keyed: z.looseObject({
        'idempotency-key': Key.optional().meta({
          description: 'Makes the request exactly-once: the same key again gets the recorded answer.',
        }),
      }),
      purchase: z.union([
        CartLine.transform(oneLine),
        z.strictObject({ lines: Lines }).transform((cart) => cart.lines),
      ]),
      purchaseOne: z.strictObject({ quantity: Quantity.default(1), price: Price.optional() }).optional(),
      addBooks: NewBooks,
      updateBook: z.strictObject(change).refine(oneChange, ONE_CHANGE),
    },
    rpc: {
      search: z.strictObject({
        topic: Topic,
        after: z.int().min(0).optional(),
        limit: limit.optional(),
        ...consistency,
      }),
      info: z.strictObject({ id: BookId, ...consistency }),
      books: z.strictObject({ after: BookId.optional(), limit: limit.optional(), ...consistency }),
      purchase: z.union([
        CartLine.extend({ orderId: Key.optional() }).transform(({ orderId, ...line }) => ({
          lines: oneLine(line),
          orderId,
        })),
        z.strictObject({ lines: Lines, orderId: Key.optional() }),
      ]),
      order: z.strictObject({ orderId: Key, ...consistency }),
      orders: z.strictObject({ after: Key.optional(), limit: limit.optional(), ...consistency }),
      status: z.strictObject({}),
      audit: z.strictObject({ after: BookId.optional(), limit: limit.optional() }),
      subscribe: z.union([
        z.strictObject({ ids: z.array(BookId).min(1).max(limits.maxSubscriptions) }),
        z.strictObject({ topic: Topic }),
      ]),
      unsubscribe: z.union([
        z.strictObject({ ids: z.array(BookId).min(1).max(limits.maxSubscriptions) }),
        z.strictObject({ topic: Topic }),
        z.strictObject({}),
      ]),
      authenticate: z.strictObject({ token: z.string().max(1000) }),
      addBooks: z.strictObject({ books: NewBooks, key: Key.optional() }),
      updateBook: z
        .strictObject({ id: BookId, ...change, key: Key.optional() })
        .refine(oneChange, ONE_CHANGE),
    },
  };
}
