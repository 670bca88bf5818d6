import type {
  BookAnswer,
  BooksAnswer,
  OrderAnswer,
  OrdersAnswer,
  StatusAnswer,
  StockAnswer,
} from '../../runtime/api.ts';
import type { Book, BookChange, Order, Result } from '../../runtime/domain.ts';
import { type Currency, formatMoney } from '../../runtime/money.ts';
import type { BooksPage, OrdersPage } from '../service.ts';

/** The inside's shapes as the outside sees them (`runtime/api.ts`), amounts in the store's currency. */
export interface Views {
  amount(cents: number): string;
  readonly money: StatusAnswer['money'];
  book(book: Book): BookAnswer;
  books(page: BooksPage): BooksAnswer;
  order(order: Order): OrderAnswer;
  orders(page: OrdersPage): OrdersAnswer;
  stock(change: Pick<BookChange, 'id' | 'stock' | 'price' | 'version' | 'at'>): StockAnswer;
  /** What a command came to that was decided with yes. */
  result(result: Result): object;
}

export function createViews({ code: currency, decimals }: Currency): Views {
  const amount = (cents: number) => formatMoney(cents, decimals);

  const views: Views = {
    amount,
    money: { currency, decimals },

    book({ id, title, topic, price, stock, version, authors, year, isbn }) {
      return { id, title, topic, price: amount(price), currency, stock, version, authors, year, isbn };
    },

    books: ({ books, next }) => ({ books: books.map(views.book), next }),

    order({ orderId, status, lines, total, version, at, code, bookId }) {
      return {
        orderId,
        status,
        lines: lines.map((line) => ({ ...line, price: amount(line.price) })),
        total: amount(total),
        currency,
        version,
        at: new Date(at).toISOString(),
        code,
        bookId,
      };
    },

    orders: ({ orders, next }) => ({ orders: orders.map(views.order), next }),

    stock({ id, stock, price, version, at }) {
      const view = { id, stock, price: amount(price), currency, version };
      return at === undefined ? view : { ...view, at: new Date(at).toISOString() };
    },

    result(result) {
      switch (result.kind) {
        case 'order':
          return views.order(result.order);
        case 'added': {
          const { added, skipped, version } = result;
          return { added, skipped, version };
        }
        case 'updated':
          return views.book(result.book);
        case 'refused':
          throw new Error(`a refusal (${result.code}) is an error and not an answer`);
      }
    },
  };
  return views;
}
