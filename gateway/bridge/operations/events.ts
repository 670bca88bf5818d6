import * as z from 'zod';
import { EventType } from '../../../runtime/changes.ts';
import { Customer, OrderEvent } from '../../../runtime/domain.ts';
import { EventsAnswer } from '../../../runtime/event-answers.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { CURSOR, eventsOf, readEvents } from '../read-events.ts';
import { newness, PageLimit } from './fields.ts';
import { operation, PAGE, read } from './operation.ts';

/** A place in the log as clients have it: a version, or the text that an answer told. */
export const Since = z
  .union([z.int().min(0), z.string().regex(CURSOR, 'must be a version or a cursor that was told')])
  .meta({
    description: 'What came after this version, or after the `cursor` of an answer; 0 is from the beginning.',
  });

/** Which events, by their types; those of orders alone unless it is said. */
const Types = z
  .union([
    z.array(EventType).min(1).max(EventType.options.length),
    z.string().regex(/^(order|book|stock)(,(order|book|stock)){0,2}$/, 'must be of order, book and stock'),
  ])
  .transform((given) => [...new Set(typeof given === 'string' ? given.split(',') : given)] as EventType[])
  .optional()
  .meta({
    description:
      'Of what: `order`, `book` (added, changed, retired, restored) and `stock` (the present price and copies of a book, where it changed last), with commas between; `order` unless it is said.',
    examples: ['order,stock'],
  });

/** What orders are filtered by. */
export const ofCustomer = Customer.optional().meta({ description: 'Only orders of this customer.' });

/** Which events are wanted. */
export const eventFilter = {
  types: Types,
  status: OrderEvent.shape.what.optional().meta({ description: 'Of those of orders, only this kind.' }),
  customer: Customer.optional().meta({ description: 'Of those of orders, only those of this customer.' }),
};

/** What has happened in the store, as events. */
export function eventOperations(limits: Limits) {
  return {
    events: operation({
      summary: 'What has happened to orders and books, in the order of the log',
      kind: PAGE,
      route: 'GET /events',
      role: 'reader',
      params: z.strictObject({
        since: Since.optional(),
        limit: PageLimit(limits, limits.defaultPage),
        ...eventFilter,
        ...newness,
      }),
      answers: {
        200: [
          'The events behind `since`; with `Accept: text/event-stream` these and all later ones.',
          EventsAnswer,
        ],
      },
      streams: true,
      heavy: 'pages',
      run: async (context, params, { deadline }) =>
        read(await readEvents(context, params, { deadline }), (page) => eventsOf(context, page)),
    }),
  };
}
