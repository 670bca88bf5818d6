import type { CallFailure } from '../store-socket.ts';
import { bookOf } from './shelf.ts';

/** What the store's codes mean to somebody who buys. */
export function sayFailure({ code, outcome, message, data }: CallFailure): string {
  const { bookId } = data;
  const book = typeof bookId === 'number' ? bookOf(bookId) : undefined;
  const title = book ? `“${book.title}”` : typeof bookId === 'number' ? `book ${bookId}` : 'A book of it';
  switch (code) {
    case 'sold-out':
      return `Not enough copies of ${title} are left${book ? ` (${book.stock})` : ''}. Nothing was bought.`;
    case 'price-changed':
      return `The price of ${title} has changed${book ? ` to ${book.price}` : ''}. Nothing was bought.`;
    case 'unknown-book':
      return `There is no such book any more: ${title}. Nothing was bought.`;
    case 'total-limit':
      return 'The total is more than one order may come to. Nothing was bought.';
    case 'key-reused':
      return 'This order id belongs to another order already.';
    case 'unknown-order':
      return 'There is no order with this id.';
    case 'unauthorized':
      return 'That is not the right token.';
    case 'not-connected':
      return 'There is no connection to the store. Nothing was bought.';
    case 'overloaded':
    case 'too-many-requests':
      return outcome === 'unknown'
        ? unknown(message)
        : 'The store is busy; try again in a moment. Nothing happened.';
    case 'draining':
      return 'The store is shutting down. Nothing happened.';
    default:
      return outcome === 'unknown' ? unknown(message) : message;
  }
}

function unknown(message: string): string {
  return `It is not known whether it happened: ${message} Ask again to find out; it cannot be bought twice.`;
}
