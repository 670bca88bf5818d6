import type { BookUpdate, GatewayService, Served, Submitted } from '../../gateway/service.ts';
import type { Book, BookChange, CartLine, NewBook, Order, Result } from '../../runtime/domain.ts';

/**
 * A `GatewayService` in one `Map`, decided at once: what stands behind the bridges while the bridges themselves
 * are under test. `before` runs before every call and may wait or throw.
 */
export interface ShelfService extends GatewayService {
  before: (operation: string) => Promise<void> | void;
  isReady: boolean;
  /** Titles that one page has room for. */
  roomForTitles: number;
  cache: Served<unknown>['cache'];
  /** Tells the subscribers as the commit feed would. */
  publish(change: BookChange): void;
  readonly listeners: number;
  readonly strongReads: number;
}

const BOOKS: readonly NewBook[] = [
  { id: 1, title: 'How to get a good grade', topic: 'distributed systems', price: 1000, stock: 100 },
  { id: 2, title: 'RPCs for Noobs', topic: 'distributed systems', price: 1999, stock: 3, year: 2001 },
  { id: 3, title: 'Xen and the Art', topic: 'Undergraduate School', price: 5, stock: 0, isbn: '123' },
];

export function createShelfService(): ShelfService {
  const books = new Map<number, Book>();
  const results = new Map<string, { result: Result; print: string }>();
  const listeners = new Set<(change: BookChange) => void>();
  let version = 0;
  let strongReads = 0;
  let made = 0;

  const service: ShelfService = {
    id: 'gateway-1',
    before: () => {},
    isReady: true,
    roomForTitles: 1_000,
    cache: 'miss',
    get listeners() {
      return listeners.size;
    },
    get strongReads() {
      return strongReads;
    },
    publish(change) {
      for (const listener of listeners) listener(change);
    },
    async book(id, options) {
      await service.before('book');
      const book = books.get(id) ?? null;
      return served(book, book?.version ?? 0, options?.strong);
    },
    async search(topic, options) {
      await service.before('search');
      const found = [...books.values()].filter((book) => book.topic.toLowerCase() === topic.toLowerCase());
      const later = found.filter(({ id }) => id > (options?.after ?? 0));
      const titles = later
        .slice(0, options?.limit ?? service.roomForTitles)
        .map(({ id, title }) => ({ id, title }));
      const next = later.length > titles.length ? (titles.at(-1)?.id ?? null) : null;
      const page = { books: titles, next, bytes: Buffer.byteLength(JSON.stringify(titles)) };
      return served(page, Math.max(0, ...found.map(({ added }) => added)), options?.strong);
    },
    async books({ after = 0, limit }, options) {
      await service.before('books');
      const later = [...books.values()].filter(({ id }) => id > after);
      const page = later.slice(0, limit);
      const next = later.length > limit ? (page.at(-1)?.id ?? null) : null;
      return served({ books: page, next }, version, options?.strong);
    },
    async order(orderId, options) {
      await service.before('order');
      const order = orders().find((one) => one.orderId === orderId) ?? null;
      return served(order, order?.version ?? 0, options?.strong);
    },
    async orders({ after = '', limit }, options) {
      await service.before('orders');
      const later = orders().filter(({ orderId }) => orderId > after);
      const page = later.slice(0, limit);
      const next = later.length > limit ? (page.at(-1)?.orderId ?? null) : null;
      return served({ orders: page, next }, version, options?.strong);
    },
    async purchase(lines, key = `made-${++made}`) {
      await service.before('purchase');
      return once(key, lines, () => sell(key, lines));
    },
    async addBooks(added, key = `made-${++made}`) {
      await service.before('addBooks');
      return once(key, added, () => add(added));
    },
    async updateBook(id, change, key = `made-${++made}`) {
      await service.before('updateBook');
      return once(key, { id, ...change }, () => update(id, change));
    },
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    async status() {
      await service.before('status');
      return {
        nodes: [{ id: 'catalog-1', kind: 'catalog', pid: 7, state: 'ready', role: 'leader', url: 'ws://x' }],
        leader: 'catalog-1',
        cache: { kind: 'memory', state: 'ready', hits: 5, misses: 2 },
        version,
      };
    },
    async audit({ after = 0, limit }) {
      await service.before('audit');
      const ledger = [...books.values()].filter(({ id }) => id > after);
      const page = ledger.slice(0, limit).map(({ id, initial, restocked, sold, stock }) => ({
        id,
        initial,
        restocked,
        sold,
        stock,
      }));
      const totals = { initial: 103, restocked: 0, sold: 0, stock: 103 };
      return {
        consistent: true,
        catalogs: [
          {
            id: 'catalog-1',
            state: 'present',
            applied: version,
            digest: 'd',
            books: 3,
            totals,
            unbalanced: [],
          },
          { id: 'catalog-2', state: 'absent' },
        ],
        books: page,
        next: ledger.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },
    ready: () => service.isReady,
  };

  function served<T>(value: T, at: number, strong = false): Served<T> {
    if (strong) strongReads += 1;
    const cache = strong ? 'bypass' : service.cache;
    const servedBy = cache === 'hit' ? 'gateway-1' : 'catalog-2';
    return { value, servedBy, cache, version: at, asOf: version, ageSeconds: 4 };
  }

  function orders(): Order[] {
    const all = [...results.values()].flatMap(({ result }) =>
      result.kind === 'order' ? [result.order] : [],
    );
    return all.sort((one, other) => (one.orderId < other.orderId ? -1 : 1));
  }

  function once(key: string, what: unknown, decide: () => Result): Submitted {
    const print = JSON.stringify(what);
    const known = results.get(key);
    if (!known) {
      version += 1;
      const result = decide();
      results.set(key, { result, print });
      return { key, result, servedBy: 'order-1' };
    }
    if (known.print === print)
      return { key, result: { ...known.result, replayed: true }, servedBy: 'order-2' };
    const result: Result = { kind: 'refused', code: 'key-reused', version, replayed: false };
    return { key, result, servedBy: 'order-1' };
  }

  function sell(orderId: string, lines: readonly CartLine[]): Result {
    const detailed = lines.map(({ id, quantity, price }) => {
      const book = books.get(id);
      return { id, quantity, title: book?.title ?? '', price: price ?? book?.price ?? 0 };
    });
    const total = detailed.reduce((sum, line) => sum + line.price * line.quantity, 0);
    const order = { orderId, lines: detailed, total, version, at: Date.UTC(2026, 0, 2, 3, 4, 5) };
    const refuse = (code: Order['code'], bookId: number): Result => ({
      kind: 'order',
      order: { ...order, status: 'refused', code, bookId },
      version,
      replayed: false,
    });
    for (const { id, quantity, price } of lines) {
      const book = books.get(id);
      if (!book) return refuse('unknown-book', id);
      if (price !== undefined && price !== book.price) return refuse('price-changed', id);
      if (quantity > book.stock) return refuse('sold-out', id);
    }
    for (const { id, quantity } of lines) {
      const book = books.get(id)!;
      set({ ...book, stock: book.stock - quantity, sold: book.sold + quantity, version });
    }
    return { kind: 'order', order: { ...order, status: 'confirmed' }, version, replayed: false };
  }

  function add(given: readonly NewBook[]): Result {
    const added: number[] = [];
    const skipped: number[] = [];
    for (const book of given) {
      const id = book.id ?? Math.max(0, ...books.keys()) + 1;
      if (books.has(id)) skipped.push(id);
      else {
        added.push(id);
        set({ ...book, id, version, added: version, initial: book.stock, restocked: 0, sold: 0 }, book.topic);
      }
    }
    return { kind: 'added', added, skipped, version, replayed: false };
  }

  function update(id: number, { price, restock = 0, stock }: BookUpdate): Result {
    const book = books.get(id);
    if (!book) return { kind: 'refused', code: 'unknown-book', version, replayed: false };
    const level = stock ?? book.stock + restock;
    if (level > 1_000_000_000) return { kind: 'refused', code: 'stock-limit', version, replayed: false };
    const restocked = book.restocked + level - book.stock;
    const changed = { ...book, price: price ?? book.price, stock: level, restocked, version };
    set(changed);
    return { kind: 'updated', book: changed, version, replayed: false };
  }

  function set(book: Book, topic?: string): void {
    books.set(book.id, book);
    const { id, stock, price } = book;
    service.publish(
      topic === undefined ? { id, stock, price, version } : { id, stock, price, version, topic },
    );
  }

  version = 1;
  add(BOOKS);
  return service;
}
