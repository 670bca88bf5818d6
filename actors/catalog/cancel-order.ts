import {
  type Book,
  type BookId,
  type Cancel,
  type CancelledLine,
  MAX_CANCELLED_LINES,
  MAX_ORDER_EVENTS,
  MAX_STOCK,
  type Order,
  type OrderEvent,
  type OrderLine,
  type Result,
} from '../../runtime/domain.ts';
import { orderKey } from '../../storage/keys.ts';
import { discountCopies } from './customer-limits.ts';
import { type Decision, refused, type Stamp, type View } from './decision.ts';
import { moveCopies } from './move-copies.ts';
import { isAskedFor, openRefundKey } from './refunds.ts';

type Refused = Extract<Result, { kind: 'refused' }>;
type Fault = Pick<Refused, 'code' | 'bookId' | 'available' | 'paid' | 'status' | 'since'>;

/**
 * Takes back copies of a confirmed order. They go on the shelf again, or are written off and stay sold; what is given back for
 * them is never more than was paid. The order stays under its key, with what has become of it, so that it is never sold again.
 */
export function cancelOrder(view: View, command: Cancel, stamp: Stamp): Omit<Decision, 'record'> {
  const { index: version, at } = stamp;
  const { key, by, orderId, restock: restocked } = command;
  const record = view.recorded(orderKey(orderId));
  // Its purchase may be under way, so the same may be asked for again under the same key.
  if (record?.result.kind !== 'order') {
    return { result: { ...refused('unknown-order', version), unrecorded: true }, books: [] };
  }
  const { order } = record.result;
  const lines = command.lines ? joined(command.lines) : rest(order);
  const paid = paidFor(order, lines);
  const books = restocked ? returnedBooks(view, lines, version) : [];
  const refund = command.refund ?? paid;
  const isAsked = isAskedFor(view, order, refund);
  const fault = findFault(order, lines, books, { refund, paid, isAsked });
  if (fault) return { result: { ...refused(fault.code, version), ...fault }, books: [] };

  const done = { key, by, lines, refund, restocked, ...(isAsked && { refundState: 'requested' as const }) };
  const event: OrderEvent = { what: 'cancelled', version, at, ...done };
  const after = withCancellation(order, lines, refund, event);
  const { status, refunded = 0 } = after;
  const cancellation = { orderId, ...done, status, refunded, at };
  return {
    result: { kind: 'cancelled', cancellation, version, replayed: false },
    books,
    counts: discountCopies(view, order, record.counted, lines),
    ...(isAsked && { refund: { key: openRefundKey({ orderId, key }), isOpen: true } }),
    amended: {
      key: orderKey(orderId),
      record: { ...record, result: { kind: 'order', order: after, version, replayed: false } },
    },
  };
}

function findFault(
  order: Order,
  lines: readonly CancelledLine[],
  books: readonly Book[],
  { refund, paid, isAsked }: { refund: number; paid: number; isAsked: boolean },
): Fault | undefined {
  const { status, version, at } = order;
  if (status !== 'confirmed' && status !== 'partly-cancelled' && status !== 'cancelled') {
    return { code: 'not-confirmed', status, since: { version, at } };
  }
  if (lines.length === 0) return { code: 'over-cancelled', available: 0 };
  const over = lines.find(({ id, quantity }) => quantity > leftOf(order, id));
  if (over) return { code: 'over-cancelled', bookId: over.id, available: leftOf(order, over.id) };
  if (refund > paid) return { code: 'over-refunded', paid };
  const full = books.find(({ stock, held = 0 }) => stock + held > MAX_STOCK);
  if (full) return { code: 'stock-limit', bookId: full.id };
  // There is always room for the last one, so that every order can be cancelled to its end.
  const isLast = rest(order).every(({ id, quantity }) =>
    lines.some((line) => line.id === id && line.quantity === quantity),
  );
  return isLast || hasRoom(eventsOf(order), lines, isAsked) ? undefined : { code: 'too-many-cancellations' };
}

/** Whether an order remembers this cancellation besides what has happened to it and the last one, with what the payment service will say. */
function hasRoom(events: readonly OrderEvent[], lines: readonly CancelledLine[], isAsked: boolean): boolean {
  const before = events.reduce((sum, event) => sum + (event.lines?.length ?? 0), 0);
  const unanswered = events.filter(({ refundState }) => refundState === 'requested').length;
  const more = isAsked ? 2 : 1;
  return events.length + unanswered + more < MAX_ORDER_EVENTS && before + lines.length <= MAX_CANCELLED_LINES;
}

/** Every book once, in the order of first mention. */
function joined(lines: readonly CancelledLine[]): CancelledLine[] {
  const wanted = new Map<BookId, number>();
  for (const { id, quantity } of lines) wanted.set(id, (wanted.get(id) ?? 0) + quantity);
  return Array.from(wanted, ([id, quantity]) => ({ id, quantity }));
}

const left = ({ quantity, cancelled = 0 }: OrderLine) => quantity - cancelled;

function leftOf({ lines }: Order, bookId: BookId): number {
  const line = lines.find(({ id }) => id === bookId);
  return line ? left(line) : 0;
}

function rest({ lines }: Order): CancelledLine[] {
  return lines.filter((line) => left(line) > 0).map((line) => ({ id: line.id, quantity: left(line) }));
}

/** What was paid for copies of an order, and not more than has not been given back of it yet. */
function paidFor({ lines: bought, total, refunded = 0 }: Order, lines: readonly CancelledLine[]): number {
  const priceOf = (bookId: BookId) => bought.find(({ id }) => id === bookId)?.price ?? 0;
  const worth = lines.reduce((sum, { id, quantity }) => sum + quantity * priceOf(id), 0);
  return Math.max(0, Math.min(worth, total - refunded));
}

function returnedBooks(view: View, lines: readonly CancelledLine[], version: number): Book[] {
  return lines.flatMap(({ id, quantity }) => {
    const book = view.book(id);
    return book ? [moveCopies(book, { stock: quantity, returned: quantity }, version)] : [];
  });
}

/** What has happened to an order. One that was bought at once has told nothing so far. */
function eventsOf({ events, version, at }: Order): readonly OrderEvent[] {
  return events ?? [{ what: 'confirmed', version, at }];
}

function withCancellation(
  order: Order,
  cancelled: readonly CancelledLine[],
  refund: number,
  event: OrderEvent,
): Order {
  const lines = order.lines.map((line) => {
    const more = cancelled.find(({ id }) => id === line.id)?.quantity;
    return more === undefined ? line : { ...line, cancelled: (line.cancelled ?? 0) + more };
  });
  return {
    ...order,
    status: lines.every((line) => left(line) === 0) ? 'cancelled' : 'partly-cancelled',
    lines,
    version: event.version,
    at: event.at,
    refunded: (order.refunded ?? 0) + refund,
    events: [...eventsOf(order), event],
  };
}
