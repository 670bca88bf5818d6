import type { Book, BookId, CancelledLine, Customer, Order } from '../../runtime/domain.ts';
import type { Cart } from './cart.ts';

/**
 * How many copies of a book one customer has. Counted is what is bought or held while the book has a limit, and what of that
 * is released, expires or is cancelled is taken off again; books without a limit, and buyers without a name, cost nothing here.
 */
export interface CustomerCount {
  readonly bookId: BookId;
  readonly customer: Customer;
  /** From now on. */
  readonly copies: number;
}

export interface CountsView {
  /** The copies of a book that are counted as this customer's. */
  copiesOf(bookId: BookId, customer: Customer): number;
}

type Shelf = readonly (Book | undefined)[];

/** Why the customer cannot have the cart, of which all books are there. */
export function findLimitFault(view: CountsView, cart: Cart, shelf: Shelf, customer: Customer | undefined) {
  for (const [place, { id: bookId, quantity }] of cart.entries()) {
    const most = shelf[place]?.perCustomer;
    if (most === undefined) continue;
    if (customer === undefined) return { code: 'customer-needed', bookId } as const;
    const available = Math.max(0, most - view.copiesOf(bookId, customer));
    if (quantity > available) return { code: 'limit-reached', bookId, available } as const;
  }
  return undefined;
}

/** What the customer has when the cart is taken; undefined where none of its books has a limit. */
export function countCopies(
  view: CountsView,
  cart: Cart,
  shelf: Shelf,
  customer: Customer | undefined,
): CustomerCount[] | undefined {
  if (customer === undefined) return undefined;
  const limited = cart.filter((_, place) => shelf[place]?.perCustomer !== undefined);
  if (limited.length === 0) return undefined;
  return limited.map(({ id: bookId, quantity }) => {
    return { bookId, customer, copies: view.copiesOf(bookId, customer) + quantity };
  });
}

/** What the customer of an order has when copies of it come back; of the order `counted` books were counted. */
export function discountCopies(
  view: CountsView,
  { customer }: Order,
  counted: readonly BookId[] | undefined,
  lines: readonly CancelledLine[],
): CustomerCount[] {
  if (customer === undefined || counted === undefined) return [];
  return lines
    .filter(({ id }) => counted.includes(id))
    .map(({ id: bookId, quantity }) => {
      return { bookId, customer, copies: Math.max(0, view.copiesOf(bookId, customer) - quantity) };
    });
}
