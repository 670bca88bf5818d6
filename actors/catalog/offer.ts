import type {
  Book,
  BookId,
  Customer,
  Hold,
  Order,
  OrderLine,
  Purchase,
  RefusalCode,
  Result,
} from '../../runtime/domain.ts';
import type { Cart } from './cart.ts';
import { findLimitFault } from './customer-limits.ts';
import type { Decision, Stamp, View } from './decision.ts';

/** What a cart comes to at this moment. */
export interface Offer {
  /** The book of each line of the cart, where there is one. */
  readonly shelf: readonly (Book | undefined)[];
  readonly lines: OrderLine[];
  readonly total: number;
  /** The first book of the cart with the worst fault. */
  readonly fault: Fault | undefined;
}

interface Fault {
  readonly code: RefusalCode;
  /** That of the first line at fault. */
  readonly bookId?: BookId;
  /** The copies of it that could be had. */
  readonly available?: number;
}

type OfferView = Pick<View, 'book' | 'copiesOf'>;

export function makeOffer(view: OfferView, cart: Cart, customer: Customer | undefined): Offer {
  const shelf: (Book | undefined)[] = [];
  const lines: OrderLine[] = [];
  let total = 0;
  for (const { id, quantity } of cart) {
    const book = view.book(id);
    shelf.push(book);
    lines.push({ id, title: book?.title ?? '', quantity, price: book?.price ?? 0 });
    total += quantity * (book?.price ?? 0);
  }
  return { shelf, lines, total, fault: findFault(view, cart, shelf, total, customer) };
}

/** A cart that cannot be had. The refusal is recorded like a sale, unless its key is nobody's (`once`). */
export function refusedOrder(
  { key: orderId, requestId, once, customer }: Purchase | Hold,
  fingerprint: string,
  { lines, fault }: Pick<Offer, 'lines'> & { readonly fault: Fault },
  { index: version, at }: Stamp,
): Decision {
  const { available, ...why } = fault;
  const by = customer === undefined ? {} : { customer };
  const order: Order = { orderId, status: 'refused', lines, total: 0, version, at, ...why, ...by };
  const left = available === undefined ? {} : { available };
  const result: Result = { kind: 'order', order, version, replayed: false, ...left };
  if (once) return { result: { ...result, unrecorded: true }, books: [], record: null };
  return { result, books: [], record: { fingerprint, requestId, result } };
}

/**
 * `unknown-book` comes before `retired` before `price-changed` before a customer's limit before `sold-out`; `total-limit` (no
 * book's fault) is last.
 */
function findFault(
  view: OfferView,
  cart: Cart,
  shelf: readonly (Book | undefined)[],
  total: number,
  customer: Customer | undefined,
): Fault | undefined {
  const unknown = cart.find((_, place) => !shelf[place]);
  if (unknown) return { code: 'unknown-book', bookId: unknown.id };
  const retired = cart.find((_, place) => shelf[place]!.retired);
  if (retired) return { code: 'retired', bookId: retired.id };
  const repriced = cart.find(({ prices }, place) => prices.some((price) => price !== shelf[place]?.price));
  if (repriced) return { code: 'price-changed', bookId: repriced.id };
  const limit = findLimitFault(view, cart, shelf, customer);
  if (limit) return limit;
  const short = shelf.find((book, place) => book!.stock < cart[place]!.quantity);
  if (short) return { code: 'sold-out', bookId: short.id, available: short.stock };
  // Rounding above 2^53 never comes back below it, so this is exact although the sum may not be.
  if (total > Number.MAX_SAFE_INTEGER) return { code: 'total-limit' };
  return undefined;
}
