import type { BookId, CartLine, Key, NewBook, Order } from '../../runtime/domain.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { BookUpdate, GatewayService, Submitted } from '../service.ts';
import { viewBook, viewOrder } from './views.ts';

/** A write that was decided with yes. `replayed`: it had been, by an earlier request with the same key. */
export interface Done {
  readonly body: object;
  readonly replayed: boolean;
  /** The order replica that saw it through. */
  readonly servedBy: string;
}

/** The writes of the store as both bridges answer them; a recorded refusal is thrown as a `BazarError`. */
export interface Writes {
  purchase(lines: readonly CartLine[], key?: Key): Promise<Done>;
  addBooks(books: readonly NewBook[], key?: Key): Promise<Done>;
  updateBook(id: BookId, change: BookUpdate, key?: Key): Promise<Done>;
}

/** `onPurchase` hears what each purchase came to: `confirmed`, a refusal's code, or the outcome of a failure. */
export function createWrites(service: GatewayService, onPurchase: (outcome: string) => void): Writes {
  return {
    async purchase(lines, key) {
      try {
        const done = settle(await service.purchase(lines, key), {});
        onPurchase('confirmed');
        return done;
      } catch (thrown) {
        const error = asBazarError(thrown);
        onPurchase(error.outcome === 'refused' ? error.code : error.outcome);
        // The key of a purchase is its order id, which is how clients know it.
        throw error.details.key === undefined ? thrown : error.with({ orderId: error.details.key });
      }
    },
    addBooks: async (books, key) => settle(await service.addBooks(books, key), {}),
    updateBook: async (id, change, key) => settle(await service.updateBook(id, change, key), { bookId: id }),
  };
}

function settle({ key, result, servedBy }: Submitted, about: { bookId?: BookId }): Done {
  const { replayed } = result;
  switch (result.kind) {
    case 'order':
      if (result.order.status === 'refused') throw refusedOrder(result.order, replayed);
      return { body: viewOrder(result.order), replayed, servedBy };
    case 'added': {
      const { added, skipped, version } = result;
      return { body: { added, skipped, version }, replayed, servedBy };
    }
    case 'updated':
      return { body: viewBook(result.book), replayed, servedBy };
    case 'refused': {
      const message = result.code === 'unknown-book' ? `There is no book ${about.bookId}.` : undefined;
      throw new BazarError(result.code, message, { ...about, key, version: result.version, replayed });
    }
  }
}

function refusedOrder(order: Order, replayed: boolean): BazarError {
  const { code = 'sold-out', bookId } = order;
  return new BazarError(code, reason(order, code), { ...viewOrder(order), bookId, replayed });
}

function reason({ lines, bookId }: Order, code: NonNullable<Order['code']>): string | undefined {
  if (bookId === undefined) return undefined;
  const ofBook = lines.filter((line) => line.id === bookId);
  const quantity = ofBook.reduce((sum, line) => sum + line.quantity, 0);
  const name = ofBook[0]?.title ? `book ${bookId}, “${ofBook[0].title}”` : `book ${bookId}`;
  switch (code) {
    case 'sold-out':
      return `There are fewer than ${quantity} copies left of ${name}.`;
    case 'price-changed':
      return `The price of ${name} is not the one this cart expects.`;
    case 'unknown-book':
      return `There is no book ${bookId}.`;
    case 'total-limit':
      return undefined;
  }
}
