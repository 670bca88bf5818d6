import type { BookAnswer, OrderAnswer } from '../../runtime/api.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Client } from '../client.ts';

/** What an export writes: the columns of its CSV, and its records page by page. */
export interface ExportSource<Record> {
  readonly columns: readonly string[];
  /** The rows of one record in the CSV. */
  rows(record: Record): readonly (readonly (string | number | undefined)[])[];
  pages(): AsyncGenerator<readonly Record[], void>;
}

const limit = DEFAULT_LIMITS.maxPage;

/** All books in id order, each as it is when its page is read; in the columns that an import reads. */
export function allBooks(store: Pick<Client, 'books'>): ExportSource<BookAnswer> {
  return {
    columns: ['id', 'title', 'authors', 'topic', 'year', 'isbn', 'price', 'stock', 'per customer'],
    rows: ({ id, title, authors, topic, year, isbn, price, stock, perCustomer }) => [
      [id, title, authors, topic, year, isbn, price, stock, perCustomer],
    ],
    async *pages() {
      for (let after: number | null = 0; after !== null; ) {
        const page = await store.books({ limit, ...(after > 0 && { after }) });
        yield page.books;
        after = page.next;
      }
    },
  };
}

/** All recorded orders in the order of their ids; in the CSV a row for each of their lines. */
export function allOrders(store: Pick<Client, 'orders'>): ExportSource<OrderAnswer> {
  return {
    columns: [
      ...['order', 'status', 'why', 'at', 'customer'],
      ...['id', 'title', 'quantity', 'cancelled', 'price', 'total', 'refunded'],
    ],
    rows: ({ orderId, status, code, at, customer, lines, total, refunded }) =>
      lines.map(({ id, title, quantity, cancelled, price }) => [
        ...[orderId, status, code, at, customer],
        ...[id, title, quantity, cancelled, price, total, refunded],
      ]),
    async *pages() {
      for (let after: string | null = ''; after !== null; ) {
        const page = await store.orders({ limit, ...(after !== '' && { after }) });
        yield page.orders;
        after = page.next;
      }
    },
  };
}

/** The text of an export, a page at a time: CSV (RFC 4180), or a JSON array with one record a line. */
export async function* exportText<Record>(
  source: ExportSource<Record>,
  format: 'csv' | 'json',
): AsyncGenerator<{ readonly text: string; readonly records: number }, void> {
  let records = 0;
  yield { text: format === 'csv' ? lineOf(source.columns) : '[', records };
  for await (const page of source.pages()) {
    const text =
      format === 'csv'
        ? page.flatMap((record) => source.rows(record).map(lineOf)).join('')
        : page.map((record, at) => `${records + at === 0 ? '' : ','}\n${JSON.stringify(record)}`).join('');
    records += page.length;
    yield { text, records };
  }
  if (format === 'json') yield { text: '\n]\n', records };
}

function lineOf(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell = '') => quoted(String(cell))).join()}\r\n`;
}

/** Spaces at the ends are quoted too, though an import takes them away. */
function quoted(cell: string): string {
  return /^\s|\s$|[",;\t|\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
