import { z } from 'zod';
import {
  type ChangesPage,
  type ChangesPlace,
  type ChangesQuery,
  EventType,
  type StoreChange,
} from '../../../runtime/changes.ts';
import { Customer, OrderEvent } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import { EventsAnswer } from '../../../runtime/event-answers.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { ReadOptions, Served } from '../../service.ts';
import type { Context } from '../context.ts';
import { Consistency, PageLimit } from './fields.ts';
import { operation, PAGE, read } from './operation.ts';

const CURSOR =
  /^(\d{1,15})(?::([A-Za-z0-9._~-]{1,128})|\/book\/(\d{1,15})\.(\d{1,15})|\/stock\/(\d{1,15}))?$/;

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
        consistency: Consistency,
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

export interface EventsParams extends Partial<Pick<ChangesQuery, 'types' | 'status' | 'customer' | 'limit'>> {
  readonly since?: z.output<typeof Since> | undefined;
  readonly consistency?: 'default' | 'strong' | undefined;
}

export function readEvents(
  context: Pick<Context, 'service' | 'limits'>,
  { since, limit = context.limits.defaultPage, consistency, types = ORDERS, ...filter }: EventsParams,
  options: ReadOptions,
): Promise<Served<ChangesPage>> {
  const query = { since: placeOf(since), types, every: true, limit, ...filter };
  return readChanges(context, query, { ...options, strong: consistency === 'strong' });
}

/**
 * A place that this gateway has not heard of may have been told by another, and one that the catalog in turn has not come
 * to by the catalog before, so the latest is asked for. What is above that as well is nobody's place.
 */
export async function readChanges(
  { service }: Pick<Context, 'service'>,
  query: ChangesQuery,
  options: ReadOptions,
): Promise<Served<ChangesPage>> {
  const { version } = query.since;
  const isKnown = version <= (service.version() ?? 0);
  if (isKnown && !options.strong) {
    const served = await service.changes(query, options);
    if (version <= served.asOf) return served;
  }
  const served = await service.changes(query, { ...options, strong: true });
  if (version <= served.asOf) return served;
  throw new BazarError('invalid-request', `since: ${version} is above the present version, ${served.asOf}.`);
}

export const ORDERS: EventType[] = ['order'];

/** The events of a page as clients see them. */
export function eventsOf(
  { views }: Pick<Context, 'views'>,
  { changes, cursor, more }: ChangesPage,
): EventsAnswer {
  const events = changes.map((change) => ({ id: cursorText(placeAt(change)), ...views.change(change) }));
  return { events, cursor: cursorText(cursor), more };
}

function placeAt(change: StoreChange): ChangesPlace {
  const { version } = change;
  switch (change.type) {
    case 'order':
      return { version, orderId: change.order.orderId };
    case 'book':
      return { version, change: { id: change.book.id, number: change.event?.number ?? 0 } };
    case 'stock':
      return { version, stockOf: change.book.id };
  }
}

export function placeOf(since: string | number = 0): ChangesPlace {
  const [, version, orderId, id, number, stockOf] = CURSOR.exec(String(since)) ?? [];
  return {
    version: Number(version),
    ...(orderId !== undefined && { orderId }),
    ...(id !== undefined && { change: { id: Number(id), number: Number(number) } }),
    ...(stockOf !== undefined && { stockOf: Number(stockOf) }),
  };
}

export function cursorText({ version, orderId, change, stockOf }: ChangesPlace): string {
  if (orderId !== undefined) return `${version}:${orderId}`;
  if (change) return `${version}/book/${change.id}.${change.number}`;
  return stockOf === undefined ? String(version) : `${version}/stock/${stockOf}`;
}
