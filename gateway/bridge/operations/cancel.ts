import * as z from 'zod';
import { CancelledAnswer } from '../../../runtime/api.ts';
import { BookId, Key } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Currency } from '../../../runtime/money.ts';
import { Explain, IdempotencyKey, Price } from './fields.ts';
import { operation, WRITE, written } from './operation.ts';

/** What is taken back after the sale. */
export function cancelOperations({ maxQuantity, maxLines }: Limits, currency: Currency) {
  const quantity = z.int().min(1).max(maxQuantity).default(1).meta({ description: 'How many copies.' });
  const Line = z.strictObject({ id: BookId, quantity });

  return {
    cancel: operation({
      summary: 'Cancel an order or a part of it: copies go back on the shelf, or are written off',
      kind: WRITE,
      route: 'POST /orders/:orderId/cancel',
      role: 'admin',
      params: z.strictObject({
        orderId: Key,
        lines: z.array(Line).min(1).max(maxLines).optional().meta({
          description: 'Which copies; without it all that are left of the order.',
        }),
        restock: z.boolean().default(true).meta({
          description: 'Whether the copies go back on the shelf. If not, they are written off.',
        }),
        refund: Price(currency).optional().meta({
          description:
            'How much is given back; what was paid for the copies unless it is said, and never more.',
        }),
        key: IdempotencyKey,
        explain: Explain,
      }),
      answers: { 200: ['Cancelled, once, however often it is asked for under this key.', CancelledAnswer] },
      errors: [
        'unknown-order',
        'not-confirmed',
        'over-cancelled',
        'over-refunded',
        'too-many-cancellations',
        'stock-limit',
      ],
      run: async (context, { key, explain: _, ...wish }) =>
        written(context, await context.writes.cancel({ ...wish, by: 'admin' }, key)),
    }),
  };
}
