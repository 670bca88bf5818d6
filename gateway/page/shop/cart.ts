import { computed, signal } from '@preact/signals';
import { bookOf } from './shelf.ts';

/** What is to be bought together: all of it or none. */

export const MOST_COPIES = 1_000_000;
const MOST_LINES = 100;

/** Copies by book. */
export const cart = signal<ReadonlyMap<number, number>>(new Map());

export const cartLines = computed(() =>
  [...cart.value].map(([id, quantity]) => {
    const book = bookOf(id);
    const { price, currency } = book ?? {};
    return { id, quantity, title: book?.title ?? `Book ${id}`, price, currency };
  }),
);

/** In the smallest unit, so that nothing is rounded on the way; every price has as many decimals. */
export const cartTotal = computed(() => {
  const prices = cartLines.value.map(({ price }) => price).filter((price) => price !== undefined);
  const decimals = decimalsOf(prices[0] ?? '0.00');
  const cents = cartLines.value.reduce(
    (sum, { price = '0', quantity }) => sum + centsOf(price) * quantity,
    0,
  );
  return amountOf(cents, decimals);
});

export function setCopies(id: number, quantity: number): void {
  const next = new Map(cart.value);
  const copies = Math.min(MOST_COPIES, Math.max(0, Math.floor(quantity) || 0));
  if (copies === 0) next.delete(id);
  else if (next.has(id) || next.size < MOST_LINES) next.set(id, copies);
  cart.value = next;
}

export function addCopy(id: number): void {
  setCopies(id, (cart.value.get(id) ?? 0) + 1);
}

export function emptyCart(): void {
  cart.value = new Map();
}

function centsOf(price: string): number {
  return Number(price.replace('.', ''));
}

const decimalsOf = (price: string) => price.split('.')[1]?.length ?? 0;

function amountOf(cents: number, decimals: number): string {
  if (decimals === 0) return String(cents);
  const text = String(cents).padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
