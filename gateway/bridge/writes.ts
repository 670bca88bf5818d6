import {
  type BookEdit,
  type BookId,
  type CartLine,
  type Customer,
  type Key,
  MAX_CANCELLED_LINES,
  MAX_ORDER_EVENTS,
  type NewBook,
  type Order,
  type Result,
} from '../../runtime/domain.ts';
import { asBazarError, BazarError, ERROR_KINDS } from '../../runtime/errors.ts';
import type { BookUpdate, CancelWish, GatewayService, PurchaseOptions, Submitted } from '../service.ts';
import { timeText, type Views } from './views.ts';

/** The writes of the store; what was decided with no is thrown as a `BazarError`, with what was recorded. */
export interface Writes {
  purchase(lines: readonly CartLine[], key?: Key, more?: PurchaseOptions): Promise<Submitted>;
  hold(lines: readonly CartLine[], ttlMs: number, key?: Key, customer?: Customer): Promise<Submitted>;
  confirm(key: Key): Promise<Submitted>;
  release(key: Key): Promise<Submitted>;
  cancel(wish: CancelWish, key?: Key): Promise<Submitted>;
  addBooks(books: readonly NewBook[], key?: Key): Promise<Submitted>;
  updateBook(id: BookId, change: BookUpdate, key?: Key): Promise<Submitted>;
  changeBooks(changes: readonly BookEdit[], key?: Key): Promise<Submitted>;
}

/** `onPurchase` hears what each purchase came to: `confirmed`, a refusal's code, or the outcome of a failure. */
export function createWrites(
  service: GatewayService,
  views: Views,
  onPurchase: (outcome: string) => void,
): Writes {
  const settle = (submitted: Submitted, about: About = {}) => settled(submitted, about, views);

  return {
    async purchase(lines, key, more) {
      try {
        const submitted = paid(settle(await service.purchase(lines, key, more)), views);
        onPurchase('confirmed');
        return submitted;
      } catch (thrown) {
        const error = asBazarError(thrown);
        onPurchase(error.outcome === 'refused' ? error.code : error.outcome);
        throw asOrders(error);
      }
    },
    hold: async (lines, ttlMs, key, customer) =>
      ofOrder(async () => settle(await service.hold(lines, ttlMs, key, customer))),
    confirm: async (key) => ofOrder(async () => settle(await service.confirm(key))),
    release: async (key) => ofOrder(async () => settle(await service.release(key))),
    cancel: async (wish, key) => settle(await service.cancel(wish, key), { orderId: wish.orderId }),
    addBooks: async (books, key) => settle(await service.addBooks(books, key)),
    changeBooks: async (changes, key) => settle(await service.changeBooks(changes, key)),
    updateBook: async (id, change, key) => settle(await service.updateBook(id, change, key), { bookId: id }),
  };
}

/** A purchase that its payment has ended, or not yet. What is known is told with the order. */
function paid(submitted: Submitted, views: Views): Submitted {
  const { key, result, via } = submitted;
  if (result.kind !== 'order' || result.order.payment === undefined) return submitted;
  const { status, payment } = result.order;
  if (status === 'held') throw new BazarError('outcome-unknown', undefined, { key, via });
  if (status !== 'released' && status !== 'expired') return submitted;
  const { replayed } = result;
  const isDeclined = payment === 'declined';
  const reason = isDeclined
    ? `The payment of order ${key} was declined, and its copies are back on the shelf.`
    : `The payment of order ${key} was not known in time. Its copies are back on the shelf, and what may have been paid is given back.`;
  throw new BazarError(
    isDeclined ? 'payment-declined' : 'payment-expired',
    `${reason} To try again take another key.`,
    { ...views.order(result.order), replayed, via },
  );
}

/** What a write was about. */
interface About {
  readonly bookId?: BookId;
  readonly orderId?: Key;
}

/** The key of a purchase or a hold is its order id, which is how clients know it. */
function asOrders(error: BazarError): BazarError {
  return error.details.key === undefined ? error : error.with({ orderId: error.details.key });
}

async function ofOrder(write: () => Promise<Submitted>): Promise<Submitted> {
  try {
    return await write();
  } catch (error) {
    throw asOrders(asBazarError(error));
  }
}

function settled(submitted: Submitted, about: About, views: Views): Submitted {
  const { key, result, via } = submitted;
  if (result.kind === 'order' && result.order.status === 'refused') {
    throw refusedOrder(result, via, views);
  }
  if (result.kind !== 'refused') return submitted;
  const { code, version, bookVersion, available, otherId, status, replayed } = result;
  const { bookId = about.bookId } = result;
  const { orderId } = about;
  const paid = result.paid === undefined ? undefined : views.amount(result.paid);
  const recorded = replayed ? recordedAnswer(`at version ${version}`) : '';
  const reason = reasonOf(result, bookId) ?? cancelReason(result, orderId, paid) ?? holdReason(result, key);
  const detail = `${reason}${recorded}`;
  const since = result.since && { ...result.since, at: timeText(result.since.at) };
  throw new BazarError(code, detail, {
    bookId,
    orderId,
    key,
    version,
    bookVersion,
    available,
    otherId,
    paid,
    orderStatus: status,
    since,
    replayed,
    via,
  });
}

function reasonOf(
  { code, bookVersion, available, otherId }: Extract<Result, { kind: 'refused' }>,
  bookId?: BookId,
): string | undefined {
  switch (code) {
    case 'unknown-book':
      return `There is no book ${bookId}.`;
    case 'version-changed':
      return `Book ${bookId} is at version ${bookVersion}, not at the expected one.`;
    case 'too-few-copies':
      return `There are ${available} copies of book ${bookId}, fewer than are to be taken away.`;
    case 'isbn-taken':
      return `Book ${otherId} has this ISBN, so book ${bookId} cannot have it.`;
    default:
      return undefined;
  }
}

/** Why an order cannot be cancelled so, and what can be done now. */
function cancelReason(
  { code, bookId, available, status, since }: Extract<Result, { kind: 'refused' }>,
  orderId: Key | undefined,
  paid: string | undefined,
): string | undefined {
  switch (code) {
    case 'unknown-order':
      return `There is no order ${orderId} yet. If its purchase ended as unknown, ask for that again first.`;
    case 'not-confirmed': {
      const at = since ? ` at ${timeText(since.at)}` : '';
      if (status === 'held') return `Order ${orderId} is only held and not sold; release it.`;
      if (status === 'expired') return `The time of hold ${orderId} was over${at}; nothing was sold.`;
      return `Order ${orderId} was ${status}${at}; nothing was sold.`;
    }
    case 'over-cancelled':
      return bookId === undefined
        ? `All copies of order ${orderId} were cancelled before; none are left.`
        : `Order ${orderId} has no more than ${available} of book ${bookId} left to cancel.`;
    case 'over-refunded':
      return `For these copies ${paid} was paid, and no more is given back.`;
    case 'too-many-cancellations':
      return `Order ${orderId} remembers ${MAX_ORDER_EVENTS} events and ${MAX_CANCELLED_LINES} cancelled lines at most; all that is left of it can still be cancelled at once.`;
    default:
      return undefined;
  }
}

/** What has become of a hold, and what can be done now. */
function holdReason({ code, since }: Extract<Result, { kind: 'refused' }>, key: Key): string {
  const at = since ? ` at ${timeText(since.at)}` : '';
  switch (code) {
    case 'unknown-hold':
      return `There is no hold ${key}.`;
    case 'hold-confirmed':
      return `Hold ${key} was confirmed${at}; it is an order now.`;
    case 'hold-released':
      return `Hold ${key} was released${at}, and its copies are back on the shelf. Hold again under another key.`;
    case 'hold-expired':
      return `The time of hold ${key} was over${at}, and its copies are back on the shelf. Hold again under another key.`;
    case 'payment-open':
      return `Order ${key} is being paid for, and only the payment service decides what becomes of it; ask for its purchase again.`;
    case 'too-many-holds':
      return 'The store keeps as many holds as it can; ask again when some have ended.';
    case 'not-yet':
      return 'Not every catalog of the store is of a version that can do that, or has been seen since the start; ask again later.';
    default:
      return `${ERROR_KINDS[code].title}.`;
  }
}

/** A refusal may be out of date, and asking again under its key would never tell. */
const recordedAnswer = (when: string) =>
  ` This is the answer that was recorded ${when}; to ask anew take another key.`;

function refusedOrder(
  { order, replayed, available }: Extract<Result, { kind: 'order' }>,
  via: Submitted['via'],
  views: Views,
): BazarError {
  const { code = 'sold-out', bookId } = order;
  const present = code === 'price-changed' ? order.lines.find(({ id }) => id === bookId)?.price : undefined;
  const price = present === undefined ? undefined : views.amount(present);
  const view = views.order(order);
  const message = reason(order, code, available, price) ?? `${ERROR_KINDS[code].title}.`;
  const detail = `${message}${replayed ? recordedAnswer(`at ${view.at}`) : ''}`;
  return new BazarError(code, detail, { ...view, bookId, available, price, replayed, via });
}

function reason(
  { lines, bookId }: Order,
  code: NonNullable<Order['code']>,
  available: number | undefined,
  price: string | undefined,
): string | undefined {
  if (bookId === undefined) return undefined;
  const ofBook = lines.filter((line) => line.id === bookId);
  const quantity = ofBook.reduce((sum, line) => sum + line.quantity, 0);
  const name = ofBook[0]?.title ? `book ${bookId}, “${ofBook[0].title}”` : `book ${bookId}`;
  switch (code) {
    case 'sold-out':
      return available === undefined
        ? `There are fewer than ${quantity} copies left of ${name}.`
        : `There are ${quantity} copies wanted and ${available} left of ${name}.`;
    case 'price-changed':
      return `The price of ${name} is ${price}, and not the one this cart expects.`;
    case 'unknown-book':
      return `There is no book ${bookId}.`;
    case 'retired':
      return `${capitalised(name)} was taken out of sale.`;
    case 'customer-needed':
      return `${capitalised(name)} has a limit for each customer, so say who buys (\`customer\`).`;
    case 'limit-reached':
      return available === undefined
        ? `The customer may not have ${quantity} more of ${name}.`
        : `Of ${name}, the customer may have ${available === 0 ? 'no more' : `${available} more, and not ${quantity}`}.`;
    case 'total-limit':
      return undefined;
  }
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
