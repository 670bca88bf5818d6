import type { Order } from '../../runtime/domain.ts';
import type { ChangesPage, ChangesPlace, ChangesQuery } from '../../runtime/order-changes.ts';
import { outsideBytes } from './records.ts';
import type { CatalogState } from './state.ts';

/** Changes looked at for one page, whether they fit or not: each costs a look into the store. */
const MAX_LOOKED_AT = 1_000;

/**
 * A page of what has happened to orders after a place in the log. With `every` each change counts, otherwise an order
 * stands only where it changed last. `cursor` is the place up to which all was looked at.
 */
export function changesSince(
  state: Pick<CatalogState, 'timeline' | 'order' | 'applied'>,
  { since, every, status, customer, limit }: ChangesQuery,
  maxBytes = Number.POSITIVE_INFINITY,
): ChangesPage & { bytes: number } {
  const changes: ChangesPage['changes'] = [];
  let cursor: ChangesPlace = since;
  let [bytes, looked] = [0, 0];
  for (const change of state.timeline.after(since)) {
    if (changes.length >= limit || looked++ >= MAX_LOOKED_AT) return { changes, cursor, more: true, bytes };
    const { version, orderId } = change;
    const order = state.order(orderId);
    const what = order && whatHappened(order, version);
    const isMeant =
      order &&
      what &&
      (every || order.version === version) &&
      (status === undefined || status === (every ? what : order.status)) &&
      (customer === undefined || customer === order.customer);
    if (isMeant) {
      const own = outsideBytes(['', JSON.stringify(order)]) + CHANGE_FRAME;
      if (changes.length > 0 && bytes + own > maxBytes) return { changes, cursor, more: true, bytes };
      changes.push({ version, what, order });
      bytes += own;
    }
    cursor = change;
  }
  // Later changes have later versions.
  return { changes, cursor: { version: Math.max(state.applied.index, since.version) }, more: false, bytes };
}

/** What stands around an order in the page of its changes. */
const CHANGE_FRAME = 300;

/** An order that was bought at once has told nothing. */
function whatHappened(
  { events, version, status }: Order,
  at: number,
): ChangesPage['changes'][number]['what'] | undefined {
  if (events) return events.find((event) => event.version === at)?.what;
  return version === at && status === 'confirmed' ? 'confirmed' : undefined;
}
