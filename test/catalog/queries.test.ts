import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QUERIES, type ReadType } from '../../actors/catalog/queries.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { type Body, MESSAGES, type Reply } from '../../runtime/messages.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { addBooks, newBook, openReplica, orderIn, purchase } from './support.ts';

const now = { minVersion: 0, strong: false };
const options = { maxPageBytes: 1024 * 1024, checked() {} };

/** Asks a state with three books and one order, applied up to 3; the answers are checked against their schema. */
async function ask<T extends ReadType>(type: T, body: Omit<Body<T>, 'minVersion' | 'strong'>) {
  const { state, apply } = await openReplica(await openMemoryStore());
  apply(addBooks('books', [newBook(1), newBook(2), newBook(3, { topic: 'cooking' })]));
  const order = orderIn(apply(purchase('o-1', [{ id: 2, quantity: 1 }])).result);
  apply(null);
  const reply: Reply<T> = await QUERIES[type](state, { ...body, ...now } as Body<T>, options);
  MESSAGES[type].reply.parse(reply);
  return { reply, state, order };
}

test('a book is answered as it is, with the applied index, and one that is not there as null', async () => {
  const { reply, state } = await ask('read.book', { id: 2 });
  assert.equal(reply, { book: state.book(2), asOf: 3 });
  assert.equal((await ask('read.book', { id: 9 })).reply, { book: null, asOf: 3 });
});

test('a topic is answered with ids and titles and the index at which the list changed', async () => {
  const titles = [
    { id: 1, title: 'Book 1' },
    { id: 2, title: 'Book 2' },
  ];
  assert.equal((await ask('read.topic', { topic: 'XEN' })).reply, {
    ...{ books: titles, next: null, bytes: 52 },
    ...{ version: 1, asOf: 3 },
  });
  assert.equal((await ask('read.topic', { topic: 'xe' })).reply, {
    ...{ books: [], next: null, bytes: 0 },
    ...{ version: 0, asOf: 3 },
  });
});

test('topics are listed as they were first written, in the order of their keys, with their number of books', async () => {
  const store = await openMemoryStore();
  const { apply, flush, ...replica } = await openReplica(store);
  apply(addBooks('first', [newBook(9, { topic: 'Xen  Art' }), newBook(8, { topic: 'Zoo' })]));
  apply(addBooks('then', [newBook(1, { topic: 'xen art' }), newBook(2, { topic: 'École' })]));
  apply(addBooks('last', [newBook(4, { topic: 'COOKING' }), newBook(3, { topic: 'Cooking' })]));
  await flush();
  const all = [
    { topic: 'Cooking', books: 2 },
    { topic: 'Xen  Art', books: 2 },
    { topic: 'Zoo', books: 1 },
    { topic: 'École', books: 1 },
  ];
  for (const state of [replica.state, await CatalogState.load(store)]) {
    const list = async (page: { after?: string; limit: number }, maxPageBytes = 1024 * 1024) => {
      const reply = await QUERIES['read.topics'](state, { ...page, ...now }, { ...options, maxPageBytes });
      MESSAGES['read.topics'].reply.parse(reply);
      assert.is(reply.asOf, 3);
      return [reply.topics, reply.next];
    };
    assert.equal(await list({ limit: 9 }), [all, null]);
    assert.equal(await list({ limit: 2 }), [all.slice(0, 2), 'Xen  Art']);
    assert.equal(await list({ after: ' XEN ART', limit: 2 }), [all.slice(2), null]);
    assert.equal(await list({ after: 'dancing', limit: 1 }), [[all[1]], 'Xen  Art']);
    assert.equal(await list({ after: 'école', limit: 1 }), [[], null]);
    assert.equal(await list({ limit: 9 }, 580), [all.slice(0, 2), 'Xen  Art'], 'cut by bytes');
  }
});

test('a page of books starts at the beginning or after an id', async () => {
  const { reply, state } = await ask('read.books', { limit: 2 });
  assert.equal([reply.books, reply.next, reply.asOf], [[state.book(1), state.book(2)], 2, 3]);
  const rest = (await ask('read.books', { after: 2, limit: 2 })).reply;
  assert.equal([rest.books.map((book) => book.id), rest.next], [[3], null]);
});

test('an order is answered as recorded, and an order id that nobody used as null', async () => {
  const { reply, order } = await ask('read.order', { orderId: 'o-1' });
  assert.equal(reply, { order, asOf: 3 });
  assert.equal((await ask('read.order', { orderId: 'o-2' })).reply, { order: null, asOf: 3 });
});

test('the key of an admin request is not an order id', async () => {
  assert.equal((await ask('read.order', { orderId: 'books' })).reply, { order: null, asOf: 3 });
});

test('a page of orders starts at the beginning or after an order id', async () => {
  const { reply, order } = await ask('read.orders', { limit: 5 });
  assert.equal([reply.orders, reply.next, reply.asOf], [[order], null, 3]);
  assert.equal((await ask('read.orders', { after: 'o-1', limit: 5 })).reply, {
    orders: [],
    next: null,
    bytes: 0,
    asOf: 3,
  });
});

test.run();
