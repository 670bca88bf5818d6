import * as z from 'zod';
import { OrderAnswer } from '../../../runtime/api.ts';
import { Key } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Currency } from '../../../runtime/money.ts';
import { CART_ERRORS, CustomerName, cartFields, Explain, IdempotencyKey } from './fields.ts';
import { operation, WRITE, written } from './operation.ts';

/** Copies that are kept for a buyer until the purchase is decided: held, then confirmed or released, or over with time. */
export function holdOperations(limits: Limits, currency: Currency) {
  const { Line, lines } = cartFields(limits, currency);
  const ttlMs = z.int().min(limits.minHoldMs).max(limits.maxHoldMs).default(limits.defaultHoldMs).meta({
    description: 'For how long, in ms. It may last a little longer, and as long as the store is away.',
  });
  const own = { ttlMs, customer: CustomerName, orderId: IdempotencyKey, explain: Explain };
  const ofHold = z.strictObject({ orderId: Key, explain: Explain });

  return {
    hold: operation({
      summary: 'Keep the copies of all lines of a cart or of none, at the prices of now',
      kind: WRITE,
      route: 'POST /holds',
      params: z.union([Line.extend(own), z.strictObject({ lines, ...own })]),
      answers: {
        201: ['Held: nobody else gets these copies, until `expiresAt` at least.', OrderAnswer],
        200: [
          'The same key had held these before (`Idempotent-Replayed: true`); the order as it is.',
          OrderAnswer,
        ],
      },
      errors: [...CART_ERRORS, 'too-many-holds'],
      async run(context, { ttlMs, customer, orderId, explain: _, ...cart }) {
        const lines = 'lines' in cart ? cart.lines : [cart];
        return written(context, await context.writes.hold(lines, ttlMs, orderId, customer));
      },
    }),

    confirm: operation({
      kind: WRITE,
      summary: 'Make an order of a hold',
      route: 'POST /holds/:orderId/confirm',
      params: ofHold,
      answers: {
        200: ['Confirmed, at the prices that were promised, however often it is asked.', OrderAnswer],
      },
      errors: ['unknown-hold', 'hold-released', 'hold-expired', 'payment-open'],
      run: async (context, { orderId }) => written(context, await context.writes.confirm(orderId)),
    }),

    release: operation({
      kind: WRITE,
      summary: 'Put back what a hold keeps',
      route: 'POST /holds/:orderId/release',
      params: ofHold,
      answers: { 200: ['Released: its copies are on the shelf again.', OrderAnswer] },
      errors: ['unknown-hold', 'hold-confirmed', 'hold-expired', 'payment-open'],
      run: async (context, { orderId }) => written(context, await context.writes.release(orderId)),
    }),
  };
}
