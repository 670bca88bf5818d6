import { SAMPLE_BOOKS } from '../../client/sample-books.ts';
import { BazarError } from '../../runtime/errors.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { Handler, Wire } from './rpc-server.ts';
import { notification } from './rpc-server.ts';

interface ToyBook {
  id: number;
  title: string;
  topic: string;
  price: string;
  stock: number;
  version: number;
}

/** A store in one process and without any guarantee, which answers in the shapes of the real one. */
export interface ToyStore {
  readonly handle: Handler;
  readonly books: Map<number, ToyBook>;
  /** Everything that was asked. */
  readonly calls: { method: string; params: Readonly<Record<string, unknown>> }[];
}

export const TOKEN = 'open-sesame';

export function createToyStore(): ToyStore {
  const books = new Map<number, ToyBook>(
    SAMPLE_BOOKS.map((book) => [
      book.id!,
      {
        id: book.id!,
        title: book.title,
        topic: book.topic,
        price: formatMoney(book.price),
        stock: book.stock,
        version: 1,
      },
    ]),
  );
  const recorded = new Map<string, object>();
  const admins = new WeakSet<Wire>();
  const watchers = new Set<Wire>();
  const calls: ToyStore['calls'] = [];
  let version = 1;

  const find = (id: unknown): ToyBook => {
    const book = books.get(Number(id));
    if (!book) throw new BazarError('unknown-book', `There is no book ${id}`, { id });
    return book;
  };
  const stateOf = ({ id, stock, price, version }: ToyBook) => ({ id, stock, price, version });
  const once = (key: unknown, decide: () => object): object => {
    const earlier = recorded.get(String(key));
    if (earlier) return { ...earlier, replayed: true };
    const answer = decide();
    recorded.set(String(key), answer);
    return answer;
  };
  const changed = (book: ToyBook) => {
    book.version = ++version;
    for (const watcher of watchers) watcher.send(notification('stock', stateOf(book)));
  };

  const handle: Handler = ({ method, params, from }) => {
    calls.push({ method, params });
    const admin = () => {
      if (!admins.has(from)) throw new BazarError('unauthorized');
    };
    switch (method) {
      case 'authenticate':
        if (params.token !== TOKEN) throw new BazarError('unauthorized');
        admins.add(from);
        return { authenticated: true };
      case 'search':
        return [...books.values()]
          .filter((book) => book.topic === params.topic)
          .map(({ id, title }) => ({ id, title }));
      case 'info':
        return find(params.id);
      case 'books':
        return { books: [...books.values()], next: null };
      case 'purchase':
        return once(params.orderId, () => {
          const book = find(params.id);
          const quantity = Number(params.quantity ?? 1);
          if (book.stock < quantity) {
            throw new BazarError('sold-out', `Only ${book.stock} copies of "${book.title}" are left`, {
              id: book.id,
              stock: book.stock,
            });
          }
          book.stock -= quantity;
          changed(book);
          const { id, title, price } = book;
          const total = formatMoney(Math.round(Number(price) * 100) * quantity);
          const lines = [{ id, title, quantity, price }];
          const at = '2026-01-02T03:04:05.000Z';
          return { orderId: params.orderId, status: 'confirmed', lines, total, version, at };
        });
      case 'order': {
        const order = recorded.get(String(params.orderId));
        if (!order) throw new BazarError('unknown-order', `There is no order ${params.orderId}`);
        return order;
      }
      case 'addBooks':
        admin();
        return once(params.key, () => {
          const added: number[] = [];
          const skipped: number[] = [];
          for (const book of params.books as ToyBook[]) {
            const id = book.id ?? books.size + 1;
            (books.has(id) ? skipped : added).push(id);
            if (!books.has(id)) books.set(id, { ...book, id, version: ++version });
          }
          return { added, skipped, version };
        });
      case 'updateBook':
        admin();
        return once(params.key, () => {
          const book = find(params.id);
          book.price = String(params.price ?? book.price);
          book.stock += Number(params.restock ?? 0);
          changed(book);
          return { ...book };
        });
      case 'subscribe':
        watchers.add(from);
        return { books: ((params.ids as number[]) ?? [...books.keys()]).map((id) => stateOf(find(id))) };
      case 'unsubscribe':
        watchers.delete(from);
        return {};
      case 'status':
        return {
          nodes: [
            { id: 'gateway-1', kind: 'gateway', pid: 11, state: 'ready', url: 'ws://127.0.0.1:1' },
            {
              id: 'catalog-1',
              kind: 'catalog',
              pid: 12,
              state: 'ready',
              role: 'leader',
              term: 3,
              applied: version,
              url: 'ws://127.0.0.1:2',
            },
            { id: 'catalog-2', kind: 'catalog', pid: 0, state: 'down', url: '' },
          ],
          leader: 'catalog-1',
          cache: { kind: 'memory', state: 'ready', hits: 5, misses: 2 },
          version,
        };
      case 'audit': {
        const ledger = [...books.values()].map(({ id, stock }) => ({
          id,
          initial: 100,
          restocked: stock - 100,
          sold: 0,
          stock,
        }));
        const totals = { initial: 700, restocked: 0, sold: 0, stock: 700 };
        const catalog = {
          id: 'catalog-1',
          state: 'present',
          applied: version,
          digest: 'd1',
          books: books.size,
          totals,
        };
        return {
          consistent: true,
          catalogs: [
            { ...catalog, unbalanced: [] },
            { id: 'catalog-2', state: 'absent' },
          ],
          books: ledger,
          next: null,
        };
      }
      default:
        throw new BazarError('invalid-request', `no method ${method}`);
    }
  };
  return { handle, books, calls };
}
