import type {
  ChangesPage,
  ChangesPlace,
  ChangesQuery,
  EventType,
  StoreChange,
} from '../../runtime/changes.ts';
import type { Order } from '../../runtime/domain.ts';
import { bookLength, outsideBytes } from './records.ts';
import type { CatalogState } from './state.ts';

/** Changes looked at for one page, whether they fit or not: each costs a look into the store. */
const MAX_LOOKED_AT = 1_000;

type State = Pick<CatalogState, 'timelines' | 'order' | 'book' | 'histories' | 'applied'>;

/**
 * A page of what has happened after a place in the log. With `every` each change of an order counts, otherwise an order
 * stands only where it changed last. `cursor` is the place up to which all was looked at.
 */
export function changesSince(
  state: State,
  query: ChangesQuery,
  maxBytes = Number.POSITIVE_INFINITY,
): ChangesPage & { bytes: number } {
  const { since, types, limit } = query;
  const changes: ChangesPage['changes'] = [];
  let cursor: ChangesPlace = since;
  let [bytes, looked] = [0, 0];
  for (const place of inOrder(
    RANKS.filter((type) => types.includes(type)).map((type) => PLACES[type](state, since)),
  )) {
    if (changes.length >= limit || looked++ >= MAX_LOOKED_AT) return { changes, cursor, more: true, bytes };
    const change = changeAt(state, place, query);
    if (change) {
      const own = bytesOf(change) + CHANGE_FRAME;
      if (changes.length > 0 && bytes + own > maxBytes) return { changes, cursor, more: true, bytes };
      changes.push(change);
      bytes += own;
    }
    cursor = place;
  }
  // Later changes have later versions.
  return { changes, cursor: { version: Math.max(state.applied.index, since.version) }, more: false, bytes };
}

/** Makes whole what events of these types are found by, piece by piece with a rest after each; a snapshot may replace the state. */
export async function takeUpTimelines(
  state: () => Pick<State, 'timelines'>,
  types: readonly EventType[],
  { checked, rest }: { readonly checked: () => void; readonly rest: () => Promise<void> },
): Promise<void> {
  for (const type of types) {
    const timeline = () => state().timelines[type === 'order' ? 'orders' : 'books'];
    while (!timeline().isWhole) {
      checked();
      await timeline().takeUp(rest);
    }
  }
}

/** What stands around an order or a book in the page of its changes. */
const CHANGE_FRAME = 300;

/** The order of what has one version. */
const RANKS: readonly EventType[] = ['order', 'book', 'stock'];

/** The places of each type behind one of any type. */
const PLACES: Readonly<Record<EventType, (state: State, since: ChangesPlace) => Iterable<ChangesPlace>>> = {
  order: ({ timelines }, { version, orderId }) => timelines.orders.after(version, orderId),

  *book({ timelines }, { version, orderId, change }) {
    const from = orderId === undefined ? change : FIRST_CHANGE;
    for (const found of timelines.books.changesAfter(version, from)) {
      yield { version: found.version, change: { id: found.id, number: found.number } };
    }
  },

  *stock({ timelines }, { version, orderId, change, stockOf }) {
    const from = orderId === undefined && change === undefined ? stockOf : 0;
    for (const found of timelines.books.latestAfter(version, from)) {
      yield { version: found.version, stockOf: found.id };
    }
  },
};

/** Before every change, as there is no book 0. */
const FIRST_CHANGE = { id: 0, number: 0 };

/** Of several rows of places the one with the least version first, and of those at one version the first row. */
function* inOrder(rows: readonly Iterable<ChangesPlace>[]): Iterable<ChangesPlace> {
  const heads = rows.map((row) => {
    const places = row[Symbol.iterator]();
    return { places, next: places.next() };
  });
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (!head.next.done && (!first || head.next.value.version < first.next.value.version)) first = head;
    }
    if (!first) return;
    yield first.next.value;
    first.next = first.places.next();
  }
}

function changeAt(
  state: State,
  place: ChangesPlace,
  { every, status, customer }: ChangesQuery,
): StoreChange | undefined {
  const { version, orderId, change } = place;
  if (orderId !== undefined) {
    const order = state.order(orderId);
    const what = order && whatHappened(order, version);
    const isMeant =
      order &&
      what &&
      (every || order.version === version) &&
      (status === undefined || status === (every ? what : order.status)) &&
      (customer === undefined || customer === order.customer);
    return isMeant ? { type: 'order', version, what, order } : undefined;
  }
  if (change === undefined) return { type: 'stock', version, book: state.book(place.stockOf!)! };
  const book = state.book(change.id)!;
  if (change.number === 0) return { type: 'book', version, book };
  return { type: 'book', version, book, event: state.histories.event(change.id, change.number) };
}

function bytesOf(change: StoreChange): number {
  if (change.type === 'order') return outsideBytes(['', JSON.stringify(change.order)]);
  const event = change.type === 'book' && change.event ? Buffer.byteLength(JSON.stringify(change.event)) : 0;
  return bookLength(change.book) + event;
}

/** An order that was bought at once has told nothing. */
function whatHappened({ events, version, status }: Order, at: number) {
  if (events) return events.find((event) => event.version === at)?.what;
  return version === at && status === 'confirmed' ? 'confirmed' : undefined;
}
