import fc from 'fast-check';
import type { Command } from '../../runtime/domain.ts';
import { addBooks, cancel, confirm, hold, newBook, purchase, release, updateBook } from './support.ts';

/** Random commands on few books under few keys, so that they meet: replays, reused keys, empty shelves. */
const bookId = fc.integer({ min: 1, max: 5 });
const quantity = fc.integer({ min: 1, max: 4 });
const price = fc.integer({ min: 1, max: 3 });
const stock = fc.integer({ min: 0, max: 12 });
const key = fc.integer({ min: 1, max: 12 }).map((number) => `key-${number}`);
/** Half of all who buy are nobody in particular. */
const customer = fc.option(fc.constantFrom('Ada', 'Böll'), { nil: undefined, freq: 2 });
const requestId = fc.constantFrom('request-1', 'request-2');

const line = fc
  .record({ id: bookId, quantity, price: fc.option(price, { nil: undefined, freq: 5 }) })
  .map(({ price: expected, ...rest }) => (expected === undefined ? rest : { ...rest, price: expected }));

const aPurchase = fc
  .tuple(key, fc.array(line, { minLength: 1, maxLength: 4 }), customer, requestId)
  .map(([orderId, lines, customer, request]): Command => {
    return { ...purchase(orderId, lines, request), ...(customer && { customer }) };
  });

const aBook = fc
  .record({ id: fc.option(bookId, { nil: undefined, freq: 4 }), price, stock, most: quantity })
  .map(({ id, most, ...facts }) => newBook(id, most === 4 ? { ...facts, perCustomer: 3 } : facts));

const someBooks = fc
  .tuple(key, fc.array(aBook, { minLength: 1, maxLength: 4 }), requestId)
  .map(([adminKey, books, request]): Command => addBooks(adminKey, books, request));

const anUpdate = fc
  .tuple(
    key,
    fc.oneof(
      fc.record({ id: bookId, price }),
      fc.record({ id: bookId, restock: quantity }),
      fc.record({ id: bookId, stock }),
    ),
    requestId,
  )
  .map(([adminKey, change, request]): Command => updateBook(adminKey, change, request));

/** Some of the holds end within a log, at a second an entry, and some do not. */
const aHold = fc
  .tuple(
    key,
    fc.array(line, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1_000, max: 30_000 }),
    customer,
    requestId,
    fc.constantFrom(undefined, 'open' as const),
  )
  .map(([orderId, lines, ttlMs, customer, request, payment]): Command => {
    return {
      ...hold(orderId, lines, ttlMs, request),
      ...(customer && { customer }),
      ...(payment && { payment }),
    };
  });

const anEnd = fc
  .tuple(fc.constantFrom(undefined, 'captured', 'declined', 'voided'), fc.boolean(), key, requestId)
  .map(([payment, isRelease, orderId, request]): Command => {
    if (payment === undefined) return (isRelease ? release : confirm)(orderId, request);
    return payment === 'captured'
      ? { ...confirm(orderId, request), payment }
      : { ...release(orderId, request), payment };
  });

/** Most of them come too early, or for more than was bought. */
const aCancel = fc
  .tuple(
    key,
    key,
    fc.option(fc.array(fc.record({ id: bookId, quantity }), { minLength: 1, maxLength: 2 }), {
      nil: undefined,
    }),
    fc.boolean(),
    fc.option(price, { nil: undefined, freq: 5 }),
    requestId,
  )
  .map(([cancelKey, orderId, lines, restock, refund, request]): Command => {
    const wish = { restock, ...(lines && { lines }), ...(refund !== undefined && { refund }) };
    return cancel(cancelKey, orderId, wish, request);
  });

/** Nearly always of a cancellation that there is not. */
const aSettledRefund = fc
  .tuple(key, key, fc.constantFrom('refunded' as const, 'refused' as const), requestId)
  .map(([cancelKey, orderId, state, request]): Command => {
    return { kind: 'settleRefund', key: cancelKey, orderId, state, requestId: request };
  });

const command = fc.oneof(
  { arbitrary: aSettledRefund, weight: 1 },
  { arbitrary: aCancel, weight: 3 },
  { arbitrary: aHold, weight: 3 },
  { arbitrary: anEnd, weight: 3 },
  { arbitrary: aPurchase, weight: 6 },
  { arbitrary: someBooks, weight: 2 },
  { arbitrary: anUpdate, weight: 2 },
);

export const commandLog = fc.array(command, { maxLength: 60, size: 'max' });
