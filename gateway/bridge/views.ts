import type { BookAnswer, BooksAnswer, OrderAnswer, OrdersAnswer, StockAnswer } from '../../runtime/api.ts';
import type { Book, BookChange, Order, Result } from '../../runtime/domain.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { BooksPage, OrdersPage } from '../service.ts';

/** The inside's shapes as the outside sees them (`runtime/api.ts`). */

export function viewBook(book: Book): BookAnswer {
  const { id, title, topic, price, stock, held = 0, version, authors, year, isbn } = book;
  return { id, title, topic, price: formatMoney(price), stock, held, version, authors, year, isbn };
}

export function viewBooks({ books, next }: BooksPage): BooksAnswer {
  return { books: books.map(viewBook), next };
}

export function viewOrder(order: Order): OrderAnswer {
  const { orderId, status, lines, total, version, at, code, bookId, expiresAt, events } = order;
  return {
    orderId,
    status,
    lines: lines.map((line) => ({ ...line, price: formatMoney(line.price) })),
    total: formatMoney(total),
    version,
    at: timeText(at),
    code,
    bookId,
    expiresAt: expiresAt === undefined ? undefined : timeText(expiresAt),
    events: events?.map((event) => ({ ...event, at: timeText(event.at) })),
  };
}

export const timeText = (ms: number) => new Date(ms).toISOString();

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
  return at === undefined ? view : { ...view, at: timeText(at) };
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
