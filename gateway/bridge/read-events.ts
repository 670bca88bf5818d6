import type {
  ChangesPage,
  ChangesPlace,
  ChangesQuery,
  EventType,
  StoreChange,
} from '../../runtime/changes.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { EventsAnswer } from '../../runtime/event-answers.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { GatewayService, ReadOptions, Served } from '../service.ts';
import type { Views } from './views.ts';

/** A place among the events as clients have it: a version, with what of it was told last. */
export const CURSOR =
  /^(\d{1,15})(?::([A-Za-z0-9._~-]{1,128})|\/book\/(\d{1,15})\.(\d{1,15})|\/stock\/(\d{1,15}))?$/;

export interface EventsParams extends Partial<Pick<ChangesQuery, 'types' | 'status' | 'customer' | 'limit'>> {
  readonly since?: number | string | undefined;
  readonly consistency?: 'default' | 'strong' | undefined;
}

export function readEvents(
  context: { readonly service: GatewayService; readonly limits: Limits },
  { since, limit = context.limits.defaultPage, consistency, types = ORDERS, status, customer }: EventsParams,
  options: ReadOptions,
): Promise<Served<ChangesPage>> {
  const query = { since: placeOf(since), types, every: true, limit, status, customer };
  return readChanges(context, query, { ...options, strong: consistency === 'strong' });
}

/**
 * A place that this gateway has not heard of may have been told by another, and one that the catalog in turn has not come
 * to by the catalog before, so the latest is asked for. What is above that as well is nobody's place.
 */
export async function readChanges(
  { service }: { readonly service: GatewayService },
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
  { views }: { readonly views: Views },
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
