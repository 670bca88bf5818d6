import { z } from 'zod';
import { Customer, Key, OrderEvent } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { EventsAnswer } from '../../../runtime/order-answers.ts';
import type { ChangesPage, ChangesPlace, ChangesQuery } from '../../../runtime/order-changes.ts';
import type { ReadOptions, Served } from '../../service.ts';
import type { Context } from '../context.ts';
import { newness, PageLimit } from './fields.ts';
import { operation, PAGE, read } from './operation.ts';

const CURSOR = /^(\d{1,15})(?::([A-Za-z0-9._~-]{1,128}))?$/;

/** A place in the log as clients have it: a version, or the text that an answer told. */
export const Since = z
  .union([z.int().min(0), z.string().regex(CURSOR, 'must be a version or a cursor that was told')])
  .meta({
    description: 'What came after this version, or after the `cursor` of an answer; 0 is from the beginning.',
  });

/** What orders are filtered by. */
export const ofCustomer = Customer.optional().meta({ description: 'Only orders of this customer.' });

/** What has happened to orders, as events. */
export function orderChangeOperations(limits: Limits) {
  return {
    events: operation({
      summary: 'What has happened to orders, in the order of the log',
      kind: PAGE,
      route: 'GET /events',
      role: 'reader',
      params: z.strictObject({
        since: Since.optional(),
        limit: PageLimit(limits, limits.defaultPage),
        status: OrderEvent.shape.what.optional().meta({ description: 'Only events of this kind.' }),
        customer: ofCustomer,
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

export interface EventsParams extends Partial<Pick<ChangesQuery, 'status' | 'customer' | 'limit'>> {
  readonly since?: z.output<typeof Since> | undefined;
  readonly consistency?: 'default' | 'strong' | undefined;
}

export function readEvents(
  context: Context,
  { since, limit = context.limits.defaultPage, status, customer, consistency }: EventsParams,
  options: ReadOptions,
): Promise<Served<ChangesPage>> {
  const query = { since: placeOf(since), every: true, status, customer, limit };
  return readChanges(context, query, { ...options, strong: consistency === 'strong' });
}

/**
 * A place that this gateway has not heard of may have been told by another, and one that the catalog in turn has not come
 * to by the catalog before, so the latest is asked for. What is above that as well is nobody's place.
 */
export async function readChanges(
  { service }: Context,
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

/** The events of a page as clients see them. */
export function eventsOf({ views }: Context, { changes, cursor, more }: ChangesPage): EventsAnswer {
  const events = changes.map(({ version, what, order }) => {
    const view = views.order(order, 'named');
    const at = view.events?.find((event) => event.version === version)?.at ?? view.at;
    return { id: cursorText({ version, orderId: order.orderId }), version, at, what, order: view };
  });
  return { events, cursor: cursorText(cursor), more };
}

export function placeOf(since: string | number = 0): ChangesPlace {
  const [, version, orderId] = CURSOR.exec(String(since)) ?? [];
  return orderId === undefined
    ? { version: Number(version) }
    : { version: Number(version), orderId: Key.parse(orderId) };
}

export const cursorText = ({ version, orderId }: ChangesPlace): string =>
  orderId === undefined ? String(version) : `${version}:${orderId}`;
