import type { BookAnswer, BooksAnswer, OrderAnswer, OrdersAnswer, StockAnswer } from '../../runtime/api.ts';
import type { Book, BookChange, Order, Result } from '../../runtime/domain.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { BooksPage, OrdersPage } from '../service.ts';

/** The inside's shapes as the outside sees them (`runtime/api.ts`). */

export function viewBook(book: Book): BookAnswer {
  const { id, title, topic, price, stock, version, authors, year, isbn } = book;
  return { id, title, topic, price: formatMoney(price), stock, version, authors, year, isbn };
}

export function viewBooks({ books, next }: BooksPage): BooksAnswer {
  return { books: books.map(viewBook), next };
}

export function viewOrder(order: Order): OrderAnswer {
  const { orderId, status, lines, total, version, at, code, bookId } = order;
  return {
    orderId,
    status,
    lines: lines.map((line) => ({ ...line, price: formatMoney(line.price) })),
    total: formatMoney(total),
    version,
    at: new Date(at).toISOString(),
    code,
    bookId,
  };
}

export function viewOrders({ orders, next }: OrdersPage): OrdersAnswer {
  return { orders: orders.map(viewOrder), next };
}

export function viewStock({
  id,
  stock,
  price,
  version,
  at,
}: Pick<BookChange, 'id' | 'stock' | 'price' | 'version' | 'at'>): StockAnswer {
  const view = { id, stock, price: formatMoney(price), version };
  return at === undefined ? view : { ...view, at: new Date(at).toISOString() };
}

/** What a command came to that was decided with yes. */
export function viewResult(result: Result): object {
  switch (result.kind) {
    case 'order':
      return viewOrder(result.order);
    case 'added': {
      const { added, skipped, version } = result;
      return { added, skipped, version };
    }
    case 'updated':
      return viewBook(result.book);
    case 'refused':
      throw new Error(`a refusal (${result.code}) is an error and not an answer`);
  }
}
