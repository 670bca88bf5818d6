import type { Entry } from '../../runtime/messages.ts';

/** A purchase of book `book` in term `term`, with an order id made of `number`. */
export function purchaseEntry(number: number, term = 1, book = 1): Entry {
  return {
    term,
    at: 1_730_000_000_000 + number,
    command: {
      kind: 'purchase',
      key: `order-${number}`,
      requestId: `request-${number}`,
      lines: [{ id: book, quantity: 1 }],
    },
  };
}

export function purchases(count: number, first = 1, term = 1): Entry[] {
  return Array.from({ length: count }, (_, index) => purchaseEntry(first + index, term));
}
