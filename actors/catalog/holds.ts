import type { Confirm, Hold, Key, Order, Payment, Release, Result } from '../../runtime/domain.ts';
import { orderKey } from '../../storage/keys.ts';
import { cartFingerprint, normaliseCart } from './cart.ts';
import { countCopies, discountCopies } from './customer-limits.ts';
import { type Decision, type Recorded, refused, refusedForNow, type Stamp, type View } from './decision.ts';
import { graceOf } from './log-time.ts';
import { type Moves, moveCopies } from './move-copies.ts';
import { makeOffer, refusedOrder } from './offer.ts';
import { recall } from './recall.ts';

/**
 * Copies that are kept for a buyer: taken off the shelf by a hold, and sold when it is confirmed, or put back when it is
 * released or its time is over. A hold is an order from the beginning, under its own key. The model are the two-phase
 * transfers of TigerBeetle (docs.tigerbeetle.com/coding/two-phase-transfers): pending, then posted, voided or expired, once.
 */

/** Holds that are open at once; a further one is refused for now. */
export const MAX_OPEN_HOLDS = 1_000_000;

/**
 * Holds that are due and end with one entry; the others end with the next. It is part of what the log means, as
 * `MAX_OPEN_HOLDS` is: another number of either takes a command level.
 */
export const MAX_EXPIRED_PER_ENTRY = 100;

/** Takes the copies of all lines off the shelf, or none, and promises their prices. */
export function holdCopies(view: View, command: Hold, stamp: Stamp): Decision {
  const cart = normaliseCart(command.lines);
  const { key, requestId, ttlMs, customer, payment } = command;
  // However it is paid for, it is the same purchase.
  const asPurchase = cartFingerprint(cart, customer);
  const fingerprint = payment ? asPurchase : `hold ${ttlMs} ${asPurchase}`;
  const recalled = recall(view, command, fingerprint, stamp);
  if (recalled) return recalled;
  const { index: version, at } = stamp;
  const { shelf, lines, total, fault } = makeOffer(view, cart, customer);
  if (fault) return refusedOrder(command, fingerprint, { lines, fault }, stamp);
  if (view.openHolds >= MAX_OPEN_HOLDS) return refusedForNow(refused('too-many-holds', version));
  const order: Order = {
    orderId: key,
    status: 'held',
    lines,
    total,
    version,
    at,
    ...(customer !== undefined && { customer }),
    expiresAt: at + ttlMs,
    ...(payment && { payment }),
    events: [{ what: 'held', version, at }],
  };
  const result: Result = { kind: 'order', order, version, replayed: false };
  const due = view.logTime.time + ttlMs + graceOf(view.logTime);
  const books = cart.map(({ quantity }, place) => {
    return moveCopies(shelf[place]!, { stock: -quantity, held: quantity }, version);
  });
  const counts = countCopies(view, cart, shelf, customer);
  const counted = counts && { counted: counts.map(({ bookId }) => bookId) };
  return {
    result,
    books,
    record: { fingerprint, requestId, result, hold: { due }, ...counted },
    hold: { key, due, isOpen: true },
    ...(payment && { payment: { key, isOpen: true } }),
    ...(counts && { counts }),
  };
}

/** Makes an order of a hold at the prices that it promised; it can only come too late. */
export function confirmHold(view: View, command: Confirm, stamp: Stamp): Decision {
  return settle(view, command, 'confirmed', stamp);
}

/** Puts the copies of a hold back on the shelf. */
export function releaseHold(view: View, command: Release, stamp: Stamp): Decision {
  return settle(view, command, 'released', stamp);
}

/** What the end of its time makes of a hold; nothing where it is none, or has ended already. */
export function expireHold(view: HoldView, key: Key, stamp: Stamp): Omit<Decision, 'result'> | undefined {
  const found = findHold(view, key);
  return found?.order.status === 'held' ? endHold(view, found, 'expired', stamp) : undefined;
}

type HoldView = Pick<View, 'book' | 'recorded' | 'copiesOf'>;

type End = 'confirmed' | 'released' | 'expired';

/** Where the copies of a hold go at its end. */
const MOVES: Readonly<Record<End, (quantity: number) => Moves>> = {
  confirmed: (quantity) => ({ held: -quantity, sold: quantity }),
  released: (quantity) => ({ held: -quantity, stock: quantity }),
  expired: (quantity) => ({ held: -quantity, stock: quantity }),
};

interface FoundHold {
  readonly record: Recorded;
  readonly hold: NonNullable<Recorded['hold']>;
  readonly order: Order;
}

function findHold(view: Pick<View, 'recorded'>, key: Key): FoundHold | undefined {
  const record = view.recorded(orderKey(key));
  if (!record?.hold || record.result.kind !== 'order') return undefined;
  return { record, hold: record.hold, order: record.result.order };
}

function settle(view: View, command: Confirm | Release, end: End, stamp: Stamp): Decision {
  const { index: version } = stamp;
  const found = findHold(view, command.key);
  if (!found) return refusedForNow(refused('unknown-hold', version));
  const { order, hold, record } = found;
  const { payment } = command;
  if (order.payment === 'open') {
    // Whoever has not asked the payment service does not know what is to become of it.
    if (!payment) return refusedForNow(refused('payment-open', version));
    if (order.status !== 'held' && end === 'released') return closePayment(found, payment, version);
  }
  if (order.status !== 'held') {
    const isReplay = endOf(order)?.what === end;
    if (!isReplay) return { result: tooLate(order, version), books: [], record: null };
    const replayed = hold.endedBy !== command.requestId;
    return { result: { ...record.result, replayed } as Result, books: [], record: null };
  }
  // More were due than one entry ends; this one may be among the others.
  const isDue = hold.due <= view.logTime.time;
  const paid = isDue && end === 'confirmed' ? undefined : payment;
  const ended = endHold(view, found, isDue ? 'expired' : end, stamp, { requestId: command.requestId, paid });
  const { result } = ended.record;
  return { ...ended, result: isDue && !paid ? tooLate(result.order, version) : result };
}

function endHold(
  view: HoldView,
  { record, hold, order }: FoundHold,
  end: End,
  { index: version, at }: Stamp,
  { requestId, paid }: { readonly requestId?: string; readonly paid?: Payment | undefined } = {},
) {
  const events = [...(order.events ?? []), { what: end, version, at }];
  const after: Order = {
    ...order,
    status: end,
    version,
    at,
    events,
    ...(order.payment && paid && { payment: paid }),
  };
  const result = { kind: 'order' as const, order: after, version, replayed: false };
  const books = order.lines.flatMap(({ id, quantity }) => {
    const book = view.book(id);
    return book ? [moveCopies(book, MOVES[end](quantity), version)] : [];
  });
  return {
    books,
    record: { ...record, result, hold: { ...hold, endedBy: requestId } },
    hold: { key: order.orderId, due: hold.due, isOpen: false },
    ...(order.payment && paid && { payment: { key: order.orderId, isOpen: false } }),
    counts: end === 'confirmed' ? [] : discountCopies(view, order, record.counted, order.lines),
  };
}

/** The time of the hold was over before it was known what has become of its payment. */
function closePayment({ record, order }: FoundHold, payment: Payment, version: number): Decision {
  const result: Result = { kind: 'order', order: { ...order, payment }, version, replayed: false };
  return { result, books: [], record: { ...record, result }, payment: { key: order.orderId, isOpen: false } };
}

/** What ended a hold. */
function endOf({ events = [] }: Order) {
  return events.find(({ what }) => what === 'confirmed' || what === 'released' || what === 'expired');
}

/** What has become of a hold, and when. */
function tooLate(order: Order, version: number): Result {
  const end = endOf(order);
  const what = end?.what ?? 'expired';
  const code =
    what === 'confirmed' ? 'hold-confirmed' : what === 'released' ? 'hold-released' : 'hold-expired';
  return {
    ...refused(code, version),
    since: { version: end?.version ?? order.version, at: end?.at ?? order.at },
  };
}
