import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fillPage } from '../../actors/catalog/page.ts';
import { QUERIES } from '../../actors/catalog/queries.ts';
import { createViews } from '../../gateway/bridge/views.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { Store } from '../../storage/store.ts';
import { addBooks, newBook, openReplica, purchase, type Replica } from './support.ts';

const now = { minVersion: 0, strong: false };
const options = { maxPageBytes: 20_000, checked() {} };
const views = createViews({ ...NO_CURRENCY, code: 'EUR' });
const LONG = 'x'.repeat(480);

/** A replica with 100 books with long titles and `orders` orders of all of them, about 52 KB each. */
async function filled(orders: number, store?: Store): Promise<Replica> {
  const replica = await openReplica(store ?? (await openMemoryStore()));
  replica.apply(
    addBooks(
      'books',
      Array.from({ length: 100 }, (_, n) => newBook(n + 1, { title: `${n}${LONG}`, stock: 1e6 })),
    ),
  );
  const lines = Array.from({ length: 100 }, (_, n) => ({ id: n + 1, quantity: 1 }));
  for (let n = 0; n < orders; n++) replica.apply(purchase(`o-${String(n).padStart(3, '0')}`, lines));
  return replica;
}

test('a page ends at its bytes as well as at its number, and holds one element at least', () => {
  const page = (limit: number, maxBytes: number) => {
    const { elements, more } = fillPage(['aa', 'bb', 'cc'], { limit, maxBytes });
    return [elements.length, more];
  };
  assert.equal(page(3, 15), [3, false]);
  assert.equal(page(3, 14), [2, true]);
  assert.equal(page(2, 15), [2, true]);
  assert.equal(page(3, 1), [1, true]);
  assert.equal(fillPage([], { limit: 1, maxBytes: 1 }), { elements: [], bytes: 0, more: false });
});

test('pages of books are cut by bytes, and whoever follows them meets each book once', async () => {
  const { state } = await filled(0);
  const ids: number[] = [];
  let pages = 0;
  for (let after: number | null = 0; after !== null; pages++) {
    const reply = await QUERIES['read.books'](state, { after, limit: 1_000, ...now }, options);
    assert.ok(Buffer.byteLength(JSON.stringify(views.books(reply))) <= options.maxPageBytes);
    ids.push(...reply.books.map(({ id }) => id));
    after = reply.next;
  }
  assert.equal(
    ids,
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
  assert.ok(pages > 2);
});

test('a topic is cut by bytes too, and goes on after an id', async () => {
  const { state } = await filled(0);
  const ids: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const reply = await QUERIES['read.topic'](state, { topic: 'XEN', after, ...now }, options);
    assert.ok(Buffer.byteLength(JSON.stringify(reply.books)) <= options.maxPageBytes);
    ids.push(...reply.books.map(({ id }) => id));
    after = reply.next;
  }
  assert.equal(
    ids,
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
  const { books, next } = await QUERIES['read.topic'](
    state,
    { topic: 'xen', after: 7, limit: 2, ...now },
    options,
  );
  assert.equal([books.map(({ id }) => id), next], [[8, 9], 9]);
});

test('pages of orders, on disk or not yet, are cut by bytes and are never larger outside than was counted', async () => {
  const replica = await filled(6);
  await replica.flush();
  replica.apply(purchase('o-002b', [{ id: 1, quantity: 1 }]));
  replica.apply(purchase('o-9', [{ id: 2, quantity: 1 }]));
  const found: string[] = [];
  const sizes: number[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const body = { after, limit: 1_000, ...now };
    const reply = await QUERIES['read.orders'](replica.state, body, { ...options, maxPageBytes: 130_000 });
    const outside = Buffer.byteLength(JSON.stringify(views.orders(reply)));
    assert.ok(outside <= 130_000 && outside <= reply.bytes + 100);
    found.push(...reply.orders.map(({ orderId }) => orderId));
    sizes.push(reply.orders.length);
    after = reply.next;
  }
  assert.equal(found, ['o-000', 'o-001', 'o-002', 'o-002b', 'o-003', 'o-004', 'o-005', 'o-9']);
  assert.ok(sizes.every((size) => size >= 2));
});

test('no more large orders are read from the disk than a page has room for, and a piece', async () => {
  const store = await openMemoryStore();
  const replica = await filled(60, store);
  await replica.flush();
  let read = 0;
  const { pages } = store;
  store.pages = async function* (...asked) {
    for await (const records of pages.apply(store, asked)) {
      read += records.length;
      yield records;
    }
  };
  const body = { limit: 1_000, ...now };
  const { orders } = await QUERIES['read.orders'](replica.state, body, { ...options, maxPageBytes: 200_000 });
  assert.is(orders.length, 3);
  assert.ok(read <= 16, `${read} records`);
});

test('a page that nobody waits for any more is given up between two pieces', async () => {
  const replica = await filled(40);
  await replica.flush();
  let pieces = 0;
  const checked = () => {
    pieces += 1;
    if (pieces > 2) throw new Error('nobody waits');
  };
  const body = { limit: 1_000, ...now };
  const given = QUERIES['read.orders'](replica.state, body, { maxPageBytes: 1e9, checked });
  const error = await Promise.resolve(given).then(
    () => 'answered',
    (error: Error) => error.message,
  );
  assert.equal([error, pieces], ['nobody waits', 3]);
});

test.run();
