import * as z from 'zod';
import { CurrencyCode, Money, Replayed, Version, Via } from './answer-fields.ts';
import {
  BookId,
  CancelledLine,
  Canceller,
  Customer,
  Key,
  Order,
  OrderEvent,
  Payment,
  RefundState,
  RefusalCode,
} from './domain.ts';

/** The answers about orders (`api.ts`). */

const OrderStatus = Order.shape.status.meta({
  description:
    '`held`: its copies are kept until `expiresAt`. `released` and `expired`: they are back on the shelf. `cancelled`: all copies were taken back; `partly-cancelled`: some were.',
});

const cancellation = {
  key: Key.meta({ description: 'That of the request.' }),
  by: Canceller.meta({ description: 'The role of the token that was shown.' }),
  lines: z.array(CancelledLine).meta({ description: 'The copies that were cancelled.' }),
  refund: Money.meta({ description: 'How much was given back for them.' }),
  restocked: z
    .boolean()
    .meta({ description: 'Whether they are on the shelf again. If not, they were written off.' }),
  refundState: RefundState.optional().meta({
    description:
      'Where the payment service had taken the money: `requested` until it has answered, then `refunded`; or `refused`, and then give the amount back in another way.',
  }),
};

const OrderEventAnswer = z
  .object({
    what: OrderEvent.shape.what,
    version: Version,
    at: z.iso.datetime(),
    ...z.object(cancellation).partial().shape,
  })
  .meta({
    id: 'OrderEvent',
    description:
      'Of a cancellation alone: the fields from `key` on. `refunded` and `refund-refused` are what the payment service has said of the refund of the cancellation with that `key`.',
  });

export const OrderAnswer = z
  .object({
    orderId: Key,
    status: OrderStatus,
    lines: z.array(
      z.object({
        id: BookId,
        title: z.string(),
        quantity: z.int(),
        price: Money,
        cancelled: z.int().optional().meta({ description: 'Copies of these that were cancelled.' }),
      }),
    ),
    total: Money,
    currency: CurrencyCode,
    version: Version,
    at: z.iso.datetime().meta({ description: 'When it was decided, or became what it is.' }),
    code: RefusalCode.optional().meta({ description: 'Why it was refused.' }),
    bookId: BookId.optional().meta({ description: 'The book it was refused for.' }),
    expiresAt: z.iso.datetime().optional().meta({
      description: 'Of a hold: when it ends at the earliest, unless it is confirmed before.',
    }),
    refunded: Money.optional().meta({ description: 'How much of the total was given back.' }),
    payment: Payment.optional().meta({
      description:
        'Where the store has a payment service: `open` until it is known what has become of the payment; `declined` by the service, or `voided`: whatever was taken was given back.',
    }),
    customer: Customer.optional().meta({ description: 'Whose it is. For those with a token only.' }),
    events: z.array(OrderEventAnswer).optional().meta({
      description: 'Of an order that began as a hold or was cancelled: what has happened to it.',
    }),
    replayed: Replayed,
    via: Via,
  })
  .meta({ id: 'Order' });
export type OrderAnswer = z.infer<typeof OrderAnswer>;

export const OrdersAnswer = z
  .object({
    orders: z.array(OrderAnswer),
    next: z.string().nullable(),
    cursor: z.string().optional().meta({
      description: 'Where orders were asked for by `since`: the `since` to go on from, also later.',
    }),
    via: Via,
  })
  .meta({ id: 'OrdersPage' });
export type OrdersAnswer = z.infer<typeof OrdersAnswer>;

export const CancelledAnswer = z
  .object({
    orderId: Key,
    ...cancellation,
    status: OrderStatus,
    refunded: Money.meta({ description: 'How much of the order was given back so far.' }),
    currency: CurrencyCode,
    version: Version,
    at: z.iso.datetime(),
    replayed: Replayed,
    via: Via,
  })
  .meta({ id: 'Cancelled', description: '`status` and `refunded` are those of the order after it.' });
export type CancelledAnswer = z.infer<typeof CancelledAnswer>;
