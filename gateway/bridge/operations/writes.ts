import { z } from 'zod';
import { AddedAnswer, OrderAnswer } from '../../../runtime/api.ts';
import type { CartLine, Key } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Currency } from '../../../runtime/money.ts';
import { readTraceparent } from '../../../runtime/trace/traceparent.ts';
import type { Submitted } from '../../service.ts';
import type { Context } from '../context.ts';
import { cartFields, Explain, IdempotencyKey, OutsideBook, Trace } from './fields.ts';
import { type Call, type Description, operation, WRITE, written } from './operation.ts';

/**
 * Purchases, and what the shop's keeper does. Unknown fields are refused rather than ignored: a misspelt
 * `quantitiy` or an `orderId` in the wrong place must not become another purchase than was meant.
 */
export function writeOperations(limits: Limits, currency: Currency) {
  const NewBook = OutsideBook(currency);
  const { Line, lines } = cartFields(limits, currency);
  const orderId = IdempotencyKey;
  const explain = Explain;
  const books = z.union([
    NewBook.transform((book) => [book]),
    z.array(NewBook).min(1).max(limits.maxBooksPerRequest),
  ]);

  return {
    purchase: operation({
      ...A_PURCHASE,
      summary: 'Buy all lines of a cart or none',
      route: 'POST /purchase',
      params: z.union([
        Line.extend({ orderId, explain, trace: Trace }),
        z.strictObject({ lines, orderId, explain, trace: Trace }),
      ]),
      run: async (context, { orderId, explain: _, trace, ...cart }, call) =>
        written(context, await buy(context, 'lines' in cart ? cart.lines : [cart], orderId, trace, call)),
    }),

    purchaseOne: operation({
      ...A_PURCHASE,
      summary: 'Buy one book; one copy unless the body says more',
      route: 'POST /purchase/:id',
      httpOnly: true,
      params: Line.extend({ orderId, trace: Trace }),
      run: async (context, { orderId, trace, ...line }, call) =>
        written(context, await buy(context, [line], orderId, trace, call)),
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
      run: async (context, { books, key }) => written(context, await context.writes.addBooks(books, key)),
    }),
  };
}

/** Most purchases are not traced, and meet nothing of it here. */
function buy(
  { writes, traces }: Context,
  lines: readonly CartLine[],
  orderId: Key | undefined,
  trace: boolean | string | undefined,
  { caller }: Call,
): Promise<Submitted> {
  const parent = typeof trace === 'string' ? readTraceparent(trace) : undefined;
  const isWanted = trace === true || parent?.isSampled === true;
  if (!isWanted && !traces.takeTurn()) return writes.purchase(lines, orderId);
  const door = caller.spectator ? 'ws' : 'http';
  const what = { door, traceId: parent?.traceId, lines } as const;
  return traces.follow(what, (recorder) => writes.purchase(lines, orderId, recorder));
}

const A_PURCHASE = {
  kind: WRITE,
  answers: {
    201: ['Confirmed: on the disks of a majority of catalogs.', OrderAnswer],
    200: ['The same key had been confirmed before (`Idempotent-Replayed: true`).', OrderAnswer],
  },
  errors: ['sold-out', 'price-changed', 'total-limit', 'unknown-book', 'retired'],
} as const satisfies Partial<Description>;
