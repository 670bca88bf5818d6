import { rm } from 'node:fs/promises';
import { Level } from 'level';
import type { Context, ServiceSchema } from 'moleculer';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { type BenchBook, benchBooks } from '../../subjects/books.ts';
import type { Shelf } from '../peers.ts';

interface Book extends BenchBook {
  readonly version: number;
}

interface Sale {
  readonly id: number;
  readonly quantity: number;
  readonly orderId: string;
}

/**
 * Books and orders in one LevelDB, the books in memory too. A purchase is decided in memory, in one turn, and answered
 * when the batch of its order and its book is synced.
 */
export async function catalogService({ books: count, stock }: Shelf): Promise<ServiceSchema> {
  const folder = await temporaryFolder();
  const level = new Level<string, object>(folder, { valueEncoding: 'json' });
  const books = new Map<number, Book>(
    benchBooks(count, 0, stock).map((book) => [book.id, { ...book, version: 1 }]),
  );
  await level.batch([...books.values()].map((value) => ({ type: 'put', key: `book/${value.id}`, value })));
  const topics = new Map<string, { id: number; title: string }[]>();
  for (const { id, title, topic } of books.values())
    topics.set(topic, [...(topics.get(topic) ?? []), { id, title }]);
  /** Each is there from its decision on, and kept once its batch is. */
  const orders = new Map<string, Promise<object>>();

  function sell(sale: Sale): Promise<object> | null {
    const known = orders.get(sale.orderId);
    if (known) return known;
    const book = books.get(sale.id);
    if (!book || book.stock < sale.quantity) return null;
    const order = record(book, sale);
    orders.set(sale.orderId, order);
    return order;
  }

  async function record(book: Book, { id, quantity, orderId }: Sale): Promise<object> {
    const sold = { ...book, stock: book.stock - quantity, version: book.version + 1 };
    books.set(id, sold);
    const lines = [{ id, title: book.title, quantity, price: book.price }];
    const total = ((Number(book.price) * 100 * quantity) / 100).toFixed(2);
    const order = { orderId, status: 'confirmed', lines, total, version: sold.version };
    await level.batch().put(`order/${orderId}`, order).put(`book/${id}`, sold).write({ sync: true });
    return order;
  }

  return {
    name: 'catalog',
    actions: {
      info: {
        params: { id: 'number|integer|positive' },
        handler: ({ params }: Context<{ id: number }>) => books.get(params.id),
      },
      search: {
        params: { topic: 'string' },
        handler: ({ params }: Context<{ topic: string }>) => topics.get(params.topic) ?? [],
      },
      sell: { handler: ({ params }: Context<Sale>) => sell(params) },
    },
    async stopped() {
      await level.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
