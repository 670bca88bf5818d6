import type { CatalogState } from '../../actors/catalog/state.ts';
import type { EventAnswer } from '../../runtime/event-answers.ts';

/** What happened, in a line, by which what was told is compared with what there is. */
export type EventLine = string;

/** Judges the events that one follower was told, one after the other and at the end. */
export interface EventsChecker {
  /** Returns what is wrong with the next event: told before, or out of the order of the log. */
  next(event: EventAnswer): string | undefined;
  /** What happened and was not told, the earliest first. */
  missing(happened: readonly EventLine[]): EventLine[];
  /** What was told and did not happen, but for states of books that others have followed. */
  invented(happened: readonly EventLine[]): EventLine[];
}

/** At one version the orders come first, then the changes of books, then their states. */
const RANKS = { order: 0, book: 1, stock: 2 } as const;

export function createEventsChecker(): EventsChecker {
  const told = new Set<EventLine>();
  let last: EventAnswer | undefined;
  return {
    next(event) {
      const line = lineOf(event);
      const before = last;
      last = event;
      if (told.has(line)) return `is told twice that ${line}`;
      told.add(line);
      if (!before || before.version < event.version) return undefined;
      const isInOrder = before.version === event.version && RANKS[before.type] <= RANKS[event.type];
      return isInOrder ? undefined : `is told that ${line} after ${lineOf(before)}`;
    },
    missing: (happened) => happened.filter((line) => !told.has(line)),
    invented(happened) {
      const known = new Set(happened);
      return [...told].filter((line) => !known.has(line) && !line.includes(' stock of '));
    },
  };
}

export function lineOf(event: EventAnswer): EventLine {
  const { version } = event;
  switch (event.type) {
    case 'order':
      return `${version}: order ${event.order.orderId} ${event.what}`;
    case 'book':
      return `${version}: change ${event.change?.number ?? 0} of ${event.book.id}`;
    case 'stock':
      return `${version}: stock of ${event.book.id}`;
  }
}

/** All that there is to tell of a state, from its records alone, in the order of the log. */
export async function happenedIn(state: CatalogState): Promise<EventLine[]> {
  const { orders } = await state.ordersAfter('', Number.MAX_SAFE_INTEGER);
  const lines: EventLine[] = [];
  for (const { orderId, status, version, events = [{ what: 'confirmed', version }] } of orders) {
    if (status === 'refused') continue;
    for (const event of events) lines.push(`${event.version}: order ${orderId} ${event.what}`);
  }
  for (const book of state.books()) {
    lines.push(`${book.version}: stock of ${book.id}`, `${book.added}: change 0 of ${book.id}`);
    for (const { version, number } of state.histories.of(book)) {
      lines.push(`${version}: change ${number} of ${book.id}`);
    }
  }
  return lines.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
}
