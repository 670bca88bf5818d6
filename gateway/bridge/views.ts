import { z } from 'zod';
import { type Book, BookId, Key, type Order, RefusalCode } from '../../runtime/domain.ts';
import { NodeStatus } from '../../runtime/messages.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { BooksPage, OrdersPage } from '../service.ts';

/**
 * What the store looks like from outside: money as decimal strings, times as ISO 8601. HTTP bodies and JSON-RPC
 * results are these shapes, and the OpenAPI document describes them under their `id`s.
 */

const Money = z
  .string()
  .regex(/^\d+\.\d{2}$/)
  .meta({ description: 'An amount with two decimal places.', examples: ['19.99'] });
const Version = z.int().min(0).meta({ description: 'Log index of the last change.' });
const Count = z.int().min(0);

export const TitleView = z.object({ id: BookId, title: z.string() }).meta({ id: 'Title' });

export const BookView = z
  .object({
    id: BookId,
    title: z.string(),
    topic: z.string(),
    price: Money,
    stock: Count,
    version: Version,
    authors: z.string().optional(),
    year: z.int().optional(),
    isbn: z.string().optional(),
  })
  .meta({ id: 'Book' });
export type BookView = z.infer<typeof BookView>;

export const BooksPageView = z
  .object({
    books: z.array(BookView),
    next: BookId.nullable().meta({ description: 'The `after` of the next page; null on the last.' }),
  })
  .meta({ id: 'BooksPage' });

const OrderLineView = z.object({ id: BookId, title: z.string(), quantity: z.int(), price: Money });

export const OrderView = z
  .object({
    orderId: Key,
    status: z.enum(['confirmed', 'refused']),
    lines: z.array(OrderLineView),
    total: Money,
    version: Version,
    at: z.iso.datetime().meta({ description: 'When it was decided.' }),
    code: RefusalCode.optional().meta({ description: 'Why it was refused.' }),
    bookId: BookId.optional().meta({ description: 'The book it was refused for.' }),
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof OrderView>;

export const OrdersPageView = z
  .object({ orders: z.array(OrderView), next: z.string().nullable() })
  .meta({ id: 'OrdersPage' });

export const AddedView = z
  .object({
    added: z.array(BookId),
    skipped: z
      .array(BookId)
      .meta({ description: 'Ids that existed already; those books are left as they are.' }),
    version: Version,
  })
  .meta({ id: 'Added' });

/** A book's state in a subscription. */
export const StockView = z.object({ id: BookId, stock: Count, price: Money, version: Version });
export type StockView = z.infer<typeof StockView>;

export const StatusView = z
  .object({
    nodes: z.array(NodeStatus),
    leader: z.string().nullable(),
    cache: z.object({
      kind: z.enum(['redis', 'memory']),
      state: z.enum(['ready', 'bypassed']),
      hits: Count,
      misses: Count,
    }),
    version: Version,
  })
  .meta({ id: 'Status' });

const Ledger = z.object({ initial: z.int(), restocked: z.int(), sold: z.int(), stock: z.int() });

export const AuditView = z
  .object({
    consistent: z.boolean(),
    catalogs: z.array(
      z.discriminatedUnion('state', [
        z.object({
          id: z.string(),
          state: z.literal('present'),
          applied: Version,
          digest: z.string(),
          books: Count,
          totals: Ledger,
          unbalanced: z.array(BookId),
        }),
        z.object({ id: z.string(), state: z.literal('absent') }),
      ]),
    ),
    books: z.array(Ledger.extend({ id: BookId })),
    next: BookId.nullable(),
  })
  .meta({ id: 'Audit' });

export const ReadyView = z.object({ ready: z.literal(true) });
export const AliveView = z.object({ alive: z.literal(true) });

export function viewBook(book: Book): BookView {
  const { id, title, topic, price, stock, version, authors, year, isbn } = book;
  return { id, title, topic, price: formatMoney(price), stock, version, authors, year, isbn };
}

export function viewBooks({ books, next }: BooksPage): z.infer<typeof BooksPageView> {
  return { books: books.map(viewBook), next };
}

export function viewOrder(order: Order): OrderView {
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

export function viewOrders({ orders, next }: OrdersPage): z.infer<typeof OrdersPageView> {
  return { orders: orders.map(viewOrder), next };
}

export function viewStock(state: { id: number; stock: number; price: number; version: number }): StockView {
  return { id: state.id, stock: state.stock, price: formatMoney(state.price), version: state.version };
}
