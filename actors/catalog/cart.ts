import type { BookId, CartLine, Customer } from '../../runtime/domain.ts';

/** A cart with every book once, in the order of first mention. */
export type Cart = readonly {
  readonly id: BookId;
  /** The copies of all lines of the book together. */
  readonly quantity: number;
  /** The different prices that lines of the book expect; a sale needs each of them to be the book's. */
  readonly prices: readonly number[];
}[];

export function normaliseCart(lines: readonly CartLine[]): Cart {
  const cart = new Map<BookId, { id: BookId; quantity: number; prices: number[] }>();
  for (const { id, quantity, price } of lines) {
    const wanted = cart.get(id) ?? { id, quantity: 0, prices: [] };
    cart.set(id, wanted);
    wanted.quantity += quantity;
    if (price !== undefined && !wanted.prices.includes(price)) wanted.prices.push(price);
  }
  return [...cart.values()];
}

/**
 * Equal for two carts that ask for the same: neither the order of lines nor how copies of a book are spread over
 * them counts, an expected price does, and so does who is to have it. E.g. `1x2@1000,7x1` or `7x1 for alice`.
 */
export function cartFingerprint(cart: Cart, customer: Customer | undefined): string {
  const wanted = cart
    .toSorted((one, other) => one.id - other.id)
    .map(({ id, quantity, prices }) => [`${id}x${quantity}`, ...prices.toSorted(ascending)].join('@'))
    .join();
  return customer === undefined ? wanted : `${wanted} for ${customer}`;
}

function ascending(one: number, other: number): number {
  return one - other;
}
