import * as z from 'zod';
import { Version, Via } from './answer-fields.ts';
import { BookAnswer, BookEventAnswer, OrderAnswer, StockAnswer } from './api.ts';
import { OrderEvent } from './domain.ts';

/** The events of the store as clients get them. */

const place = {
  id: z.string().meta({ description: 'The place of the event: the `since` of what comes after it.' }),
  version: Version,
};

const OrderChanged = z
  .object({
    type: z.literal('order'),
    ...place,
    at: z.iso.datetime(),
    what: OrderEvent.shape.what,
    order: OrderAnswer.meta({ description: 'The order as it is now.' }),
  })
  .meta({ id: 'OrderChanged' });

const BookChanged = z
  .object({
    type: z.literal('book'),
    ...place,
    at: z.iso.datetime().optional().meta({ description: 'Nothing of one that was added.' }),
    what: z.enum(['added', 'changed', 'retired', 'restored']),
    change: BookEventAnswer.optional().meta({
      description: 'As its history has it, which remembers the last 1,000 of a book.',
    }),
    book: BookAnswer.meta({ description: 'The book as it is now.' }),
  })
  .meta({ id: 'BookChanged' });

const StockChanged = z
  .object({
    type: z.literal('stock'),
    ...place,
    book: StockAnswer.meta({
      description: 'Its price and copies since that version; what they were before is told no more.',
    }),
  })
  .meta({ id: 'StockChanged' });

export const EventAnswer = z.discriminatedUnion('type', [OrderChanged, BookChanged, StockChanged]);
export type EventAnswer = z.infer<typeof EventAnswer>;

export const EventsAnswer = z
  .object({
    events: z.array(EventAnswer),
    cursor: z.string().meta({ description: 'The `since` to go on from.' }),
    more: z.boolean().meta({ description: 'There are more already.' }),
    via: Via,
  })
  .meta({ id: 'EventsPage' });
export type EventsAnswer = z.infer<typeof EventsAnswer>;

/** What `subscribe` answers where events are to be followed. */
export const FollowedAnswer = z
  .object({
    subscription: z.string(),
    cursor: z.string().meta({ description: 'The place behind which they begin.' }),
  })
  .meta({ id: 'Followed' });
export type FollowedAnswer = z.infer<typeof FollowedAnswer>;

/** What an `event` notification carries: the next event, or the end of the subscription, which goes on by another. */
export const EventNotice = z.union([
  z.object({ subscription: z.string(), event: EventAnswer }),
  z.object({ subscription: z.string(), ended: z.object({ code: z.string(), message: z.string() }) }),
]);
export type EventNotice = z.infer<typeof EventNotice>;
