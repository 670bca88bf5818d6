import { z } from 'zod';
import { AddedAnswer, BookAnswer, OrderAnswer } from '../../../runtime/api.ts';
import { BookId, MAX_STOCK } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { ExpectedVersion, Explain, IdempotencyKey, OutsideBook, Price } from './fields.ts';
import { type Description, operation, WRITE, written } from './operation.ts';

/**
 * Purchases, and what the shop's keeper does. Unknown fields are refused rather than ignored: a misspelt
 * `quantitiy` or an `orderId` in the wrong place must not become another purchase than was meant.
 */
export function writeOperations(limits: Limits) {
  const quantity = z
    .int()
    .min(1)
    .max(limits.maxQuantity)
    .default(1)
    .meta({ description: 'How many copies.' });
  const expected = Price.optional().meta({
    description:
      'The price of one copy that the buyer expects; at another nothing is sold (`price-changed`).',
  });
  const orderId = IdempotencyKey;
  const explain = Explain;
  const CartLine = z.strictObject({ id: BookId, quantity, price: expected });
  const lines = z.array(CartLine).min(1).max(limits.maxLines);
  const books = z.union([
    OutsideBook.transform((book) => [book]),
    z.array(OutsideBook).min(1).max(limits.maxBooksPerRequest),
  ]);

  return {
    purchase: operation({
      ...A_PURCHASE,
      summary: 'Buy all lines of a cart or none',
      route: 'POST /purchase',
      params: z.union([CartLine.extend({ orderId, explain }), z.strictObject({ lines, orderId, explain })]),
      run: async ({ writes }, { orderId, explain: _, ...cart }) =>
        written(await writes.purchase('lines' in cart ? cart.lines : [cart], orderId)),
    }),

    purchaseOne: operation({
      ...A_PURCHASE,
      summary: 'Buy one book; one copy unless the body says more',
      route: 'POST /purchase/:id',
      httpOnly: true,
      params: CartLine.extend({ orderId }),
      run: async ({ writes }, { orderId, ...line }) => written(await writes.purchase([line], orderId)),
    }),

    addBooks: operation({
      summary: 'Add one book or several',
      kind: WRITE,
      route: 'POST /books',
      role: 'admin',
      params: z.strictObject({ books, key: IdempotencyKey, explain }),
      wholeBody: 'books',
      answers: {
        201: ['Which were added.', AddedAnswer],
        200: ['The same key had added these before (`Idempotent-Replayed: true`).', AddedAnswer],
      },
      run: async ({ writes }, { books, key }) => written(await writes.addBooks(books, key)),
    }),

    updateBook: operation({
      summary: 'Set the price, add copies, or set the stock',
      kind: WRITE,
      route: 'PATCH /books/:id',
      role: 'admin',
      params: z.strictObject({
        id: BookId,
        price: Price.optional().meta({ description: 'Its new price.' }),
        restock: copies(1).meta({ description: 'Copies to add.' }),
        stock: copies(0).meta({ description: 'Copies that there are from now on.' }),
        expectVersion: ExpectedVersion,
        key: IdempotencyKey,
        explain,
      }),
      rule: {
        holds: ({ price, restock, stock }) =>
          (restock === undefined || stock === undefined) && (price ?? restock ?? stock) !== undefined,
        message: 'must have a price, a restock or a stock, and not the last two together',
      },
      answers: { 200: ['The book as it is now.', BookAnswer] },
      errors: ['unknown-book', 'version-changed', 'stock-limit'],
      run: async ({ writes }, { id, key, explain: _, ...change }) =>
        written(await writes.updateBook(id, change, key)),
    }),
  };
}

const copies = (least: number) => z.int().min(least).max(MAX_STOCK).optional();

const A_PURCHASE = {
  kind: WRITE,
  answers: {
    201: ['Confirmed: on the disks of a majority of catalogs.', OrderAnswer],
    200: ['The same key had been confirmed before (`Idempotent-Replayed: true`).', OrderAnswer],
  },
  errors: ['sold-out', 'price-changed', 'total-limit', 'unknown-book'],
} as const satisfies Partial<Description>;
