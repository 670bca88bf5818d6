import * as z from 'zod';
import { AddedAnswer, OrderAnswer } from '../../../runtime/api.ts';
import type { CartLine, Customer, Key } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Currency } from '../../../runtime/money.ts';
import { readTraceparent } from '../../../runtime/trace/traceparent.ts';
import type { Submitted } from '../../service.ts';
import type { Context } from '../context.ts';
import {
  CART_ERRORS,
  CustomerName,
  cartFields,
  Explain,
  IdempotencyKey,
  OutsideBook,
  Trace,
} from './fields.ts';
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
  const own = { customer: CustomerName, orderId, explain, trace: Trace };
  const books = z.union([
    NewBook.transform((book) => [book]),
    z.array(NewBook).min(1).max(limits.maxBooksPerRequest),
  ]);

  return {
    purchase: operation({
      ...A_PURCHASE,
      summary: 'Buy all lines of a cart or none',
      route: 'POST /purchase',
      params: z.union([Line.extend(own), z.strictObject({ lines, ...own })]),
      run: async (context, { explain: _, customer, orderId, trace, ...cart }, call) => {
        const wish = { lines: 'lines' in cart ? cart.lines : [cart], orderId, customer };
        return written(context, await buy(context, wish, trace, call));
      },
    }),

    purchaseOne: operation({
      ...A_PURCHASE,
      summary: 'Buy one book; one copy unless the body says more',
      route: 'POST /purchase/:id',
      httpOnly: true,
      params: Line.extend({ customer: CustomerName, orderId, trace: Trace }),
      run: async (context, { customer, orderId, trace, ...line }, call) =>
        written(context, await buy(context, { lines: [line], orderId, customer }, trace, call)),
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

interface Wish {
  readonly lines: readonly CartLine[];
  readonly orderId: Key | undefined;
  readonly customer: Customer | undefined;
}

/** Most purchases are not traced, and meet nothing of it here. */
function buy(
  { writes, traces }: Context,
  { lines, orderId, customer }: Wish,
  trace: boolean | string | undefined,
  { caller }: Call,
): Promise<Submitted> {
  const parent = typeof trace === 'string' ? readTraceparent(trace) : undefined;
  const isWanted = trace === true || parent?.isSampled === true;
  if (!isWanted && !traces.takeTurn()) return writes.purchase(lines, orderId, { customer });
  const door = caller.spectator ? 'ws' : 'http';
  const what = { door, traceId: parent?.traceId, lines } as const;
  return traces.follow(what, (recorder) => writes.purchase(lines, orderId, { customer, trace: recorder }));
}

const A_PURCHASE = {
  kind: WRITE,
  answers: {
    201: ['Confirmed: on the disks of a majority of catalogs.', OrderAnswer],
    200: ['The same key had been confirmed before (`Idempotent-Replayed: true`).', OrderAnswer],
  },
  errors: [...CART_ERRORS, 'too-many-holds', 'payment-declined', 'payment-expired'],
} as const satisfies Partial<Description>;
