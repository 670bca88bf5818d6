import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { QUERIES } from '../../actors/catalog/queries.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { type BookEdit, BookEvent, KEPT_BOOK_EVENTS, MAX_STOCK, type NewBook } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import {
  addBooks,
  changeBooks,
  confirm,
  createLedger,
  hold,
  newBook,
  openReplica,
  orderIn,
  purchase,
  type Replica,
  release,
  updateBook,
} from './support.ts';

const ISBN = '9780306406157';
const now = { minVersion: 0, strong: false };
const options = { maxPageBytes: 1024 * 1024, checked() {} };

/** A replica at the level that knows changes of books. */
async function raised(...books: readonly NewBook[]) {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  replica.apply(addBooks('books', books));
  let made = 0;
  const change = (...changes: readonly BookEdit[]) => replica.apply(changeBooks(`c-${++made}`, changes));
  return { replica, change };
}

const titlesOf = ({ state }: Replica, topic: string) => state.topic(topic).books.map(({ id }) => id);

async function historyOf({ state }: Replica, id: number, page: { after?: number; limit?: number } = {}) {
  const { after, limit = 100 } = page;
  return QUERIES['read.history'](state, { id, after, limit, ...now }, options);
}

test('every text of a book is changed, null takes one away, and what is not said stays', () => {
  const ledger = createLedger(newBook(1, { authors: 'A', year: 1999 }));
  ledger.run(changeBooks('c-1', [{ id: 1, title: 'T', topic: 'other', year: null, isbn: ISBN, price: 5 }]));
  assert.equal(ledger.book(1), {
    ...{ id: 1, title: 'T', topic: 'other', price: 5, stock: 10, authors: 'A', isbn: ISBN },
    ...{ version: 2, added: 1, initial: 10, restocked: 0, sold: 0, changes: 1 },
  });
  const result = ledger.run(changeBooks('c-2', [{ id: 1, title: 'T', price: 5 }]));
  assert.is(result.kind, 'updated');
  assert.is(ledger.book(1)?.version, 2, 'what is so already leaves no trace');
});

test('an adjustment is signed, whatever was sold meanwhile, and never takes more than there is', () => {
  const ledger = createLedger(newBook(1, { stock: 10 }));
  ledger.run(purchase('o-1', [{ id: 1, quantity: 4 }]));
  ledger.run(changeBooks('c-1', [{ id: 1, adjust: { by: -2 } }]));
  ledger.run(changeBooks('c-2', [{ id: 1, adjust: { by: 1 } }]));
  const { stock, restocked, sold, initial } = ledger.book(1)!;
  assert.equal([stock, restocked, sold, initial], [5, -1, 4, 10]);
  const refused = ledger.run(changeBooks('c-3', [{ id: 1, adjust: { by: -6 } }]));
  assert.equal(refused.kind === 'refused' && [refused.code, refused.available], ['too-few-copies', 5]);
  assert.is(ledger.book(1)?.stock, 5);
  // Under its key it happened once, and gets the same answer.
  assert.is(ledger.run(changeBooks('c-2', [{ id: 1, adjust: { by: 1 } }], 'again')).replayed, true);
  assert.is(ledger.book(1)?.stock, 5);
  const other = ledger.run(changeBooks('c-2', [{ id: 1, adjust: { by: 2 } }], 'again'));
  assert.is(other.kind === 'refused' && other.code, 'key-reused');
});

test('what is held stays held whatever is changed, and comes back to a retired book or is sold of it', () => {
  const ledger = createLedger(newBook(1, { stock: 10 }));
  ledger.run(hold('h-1', [{ id: 1, quantity: 2 }]));
  ledger.run(hold('h-2', [{ id: 1, quantity: 3 }]));
  ledger.run(changeBooks('c-1', [{ id: 1, title: 'T', adjust: { by: -4 }, retired: true }]));
  const counts = () => {
    const { stock, held, sold, restocked, retired } = ledger.book(1)!;
    return { stock, held, sold, restocked, retired };
  };
  assert.equal(counts(), { stock: 1, held: 5, sold: 0, restocked: -4, retired: true });
  const refused = ledger.run(changeBooks('c-2', [{ id: 1, adjust: { by: -2 } }]));
  assert.is(refused.kind === 'refused' && refused.available, 1, 'held copies cannot be taken away');
  assert.is(orderIn(ledger.run(hold('h-3', [{ id: 1, quantity: 1 }]))).code, 'retired');
  assert.is(orderIn(ledger.run(confirm('h-1'))).status, 'confirmed');
  assert.is(orderIn(ledger.run(release('h-2'))).status, 'released');
  assert.equal(counts(), { stock: 4, held: undefined, sold: 2, restocked: -4, retired: true });
  // Copies that are held may come back, and have to have room.
  ledger.run(changeBooks('c-3', [{ id: 1, retired: false }]));
  ledger.run(hold('h-4', [{ id: 1, quantity: 1 }]));
  const full = ledger.run(changeBooks('c-4', [{ id: 1, stock: MAX_STOCK }]));
  assert.is(full.kind === 'refused' && full.code, 'stock-limit');
});

test('a change has the key of an order without taking it, and the list of orders goes past it', async () => {
  const { replica } = await raised(newBook(1));
  replica.apply(changeBooks('same', [{ id: 1, title: 'T' }]));
  replica.apply(purchase('same', [{ id: 1, quantity: 1 }]));
  assert.is(replica.state.order('same')?.status, 'confirmed');
  const { orders } = await replica.state.ordersAfter('', 10);
  assert.equal(
    orders.map(({ orderId }) => orderId),
    ['same'],
  );
});

test('several books are changed or none, and the refusal names the first that is the reason', () => {
  const ledger = createLedger(newBook(1), newBook(2), newBook(3));
  const both = [
    { id: 1, price: 7 },
    { id: 2, adjust: { by: -11 } },
  ];
  const refused = ledger.run(changeBooks('c-1', both));
  assert.equal(refused.kind === 'refused' && [refused.code, refused.bookId], ['too-few-copies', 2]);
  assert.is(ledger.book(1)?.price, 1000);
  const unknown = ledger.run(
    changeBooks('c-2', [
      { id: 1, price: 7 },
      { id: 9, price: 7 },
    ]),
  );
  assert.equal(unknown.kind === 'refused' && [unknown.code, unknown.bookId], ['unknown-book', 9]);
  const late = ledger.run(
    changeBooks('c-3', [
      { id: 1, price: 7 },
      { id: 2, price: 7, expectVersion: 9 },
    ]),
  );
  assert.equal(late.kind === 'refused' && [late.code, late.bookVersion], ['version-changed', 1]);
  const done = ledger.run(
    changeBooks('c-4', [
      { id: 1, price: 7 },
      { id: 2, price: 8 },
      { id: 3, price: 1000 },
    ]),
  );
  assert.equal(done.kind === 'changed' && done.ids, [1, 2]);
});

test('a change tells taking a text away from saying nothing of it, also under its key', () => {
  const ledger = createLedger(newBook(1, { authors: 'A' }));
  ledger.run(changeBooks('c-1', [{ id: 1, price: 7 }]));
  const other = ledger.run(changeBooks('c-1', [{ id: 1, price: 7, authors: null }]));
  assert.is(other.kind === 'refused' && other.code, 'key-reused');
});

test('no two books get one ISBN, however it is written, and the one that has it is named', () => {
  const ledger = createLedger(newBook(1, { isbn: ISBN }), newBook(2));
  const taken = ledger.run(changeBooks('c-1', [{ id: 2, isbn: ISBN }]));
  assert.equal(taken.kind === 'refused' && [taken.code, taken.bookId, taken.otherId], ['isbn-taken', 2, 1]);
  const added = ledger.run(
    addBooks('a-1', [
      newBook(3, { isbn: ISBN }),
      newBook(4),
      newBook(5, { isbn: 'x' }),
      newBook(6, { isbn: 'x' }),
    ]),
  );
  assert.equal(added.kind === 'added' && [added.added, added.duplicates], [
    [4, 5],
    [
      { place: 0, isbn: ISBN, id: 1 },
      { place: 3, isbn: 'x', id: 5 },
    ],
  ]);
  assert.is(ledger.run(changeBooks('c-2', [{ id: 1, isbn: null }])).kind, 'updated');
  assert.is(ledger.run(changeBooks('c-3', [{ id: 2, isbn: ISBN }])).kind, 'updated');
  const swap = [
    { id: 2, isbn: null },
    { id: 1, isbn: ISBN },
  ];
  assert.is(ledger.run(changeBooks('c-4', swap)).kind, 'changed', 'in one change it may go on to another');
});

test('a retired book is not sold and not found by its topic, its orders stay, and it can be restored', async () => {
  const { replica, change } = await raised(newBook(1, { topic: 'Zen' }), newBook(2, { topic: 'zen' }));
  replica.apply(purchase('o-1', [{ id: 1, quantity: 1 }]));
  change({ id: 1, retired: true });
  assert.equal(titlesOf(replica, 'zen'), [2]);
  assert.equal(
    [...replica.state.topicsAfter('')],
    [{ topic: 'zen', books: 1 }],
    'by the spelling of those left',
  );
  const refused = orderIn(replica.apply(purchase('o-2', [{ id: 1, quantity: 1 }])).result);
  assert.equal([refused.status, refused.code, refused.bookId], ['refused', 'retired', 1]);
  assert.is(replica.state.order('o-1')?.status, 'confirmed');
  assert.is(replica.state.book(1)?.retired, true);
  change({ id: 1, retired: false });
  assert.equal(titlesOf(replica, 'zen'), [1, 2]);
  assert.equal([...replica.state.topicsAfter('')], [{ topic: 'Zen', books: 2 }]);
  assert.is(orderIn(replica.apply(purchase('o-3', [{ id: 1, quantity: 1 }])).result).status, 'confirmed');
  assert.is('retired' in replica.state.book(1)!, false);
});

test('a book moves between the lists of its topics, whose versions say so, also after a restart', async () => {
  const { replica, change } = await raised(newBook(1, { topic: 'a' }), newBook(2, { topic: 'b' }));
  const { changes } = change({ id: 1, topic: 'b', title: 'New' });
  assert.equal(changes, [
    { ...{ id: 1, stock: 10, price: 1000, version: 3, topic: 'b', formerTopics: ['a'] }, at: changes[0]!.at },
  ]);
  const seen = () => ['a', 'b'].map((topic) => ({ ...replica.state.topic(topic) }));
  const before = seen();
  assert.equal(before[0]?.books, []);
  assert.equal(
    before[1]?.books.map(({ title }) => title),
    ['New', 'Book 2'],
  );
  assert.equal(
    before.map(({ version }) => version),
    [3, 3],
  );
  await replica.flush();
  const { digest } = replica.state;
  const state = await CatalogState.load(replica.store);
  assert.is(state.digest, digest);
  for (const [at, topic] of ['a', 'b'].entries()) {
    const { books, version } = state.topic(topic);
    assert.equal([books, version], [before[at]!.books, before[at]!.version]);
  }
});

test('every change of a book is remembered with what it was and became, the latest first', async () => {
  const { replica, change } = await raised(newBook(1));
  replica.apply(updateBook('u-1', { id: 1, price: 1200, restock: 5 }));
  change({ id: 1, adjust: { by: -3, reason: 'torn' } });
  change({ id: 1, title: 'T', retired: true });
  replica.apply(updateBook('u-2', { id: 1, price: 1200 }));
  const { events, next } = await historyOf(replica, 1);
  for (const event of events!) BookEvent.parse(event);
  assert.equal(
    events!.map(({ number, key, reason, changes }) => [
      number,
      key,
      reason,
      changes.map(({ fact, from, to }) => `${fact} ${from} ${to}`).join(),
    ]),
    [
      [3, 'c-2', undefined, 'title Book 1 T,retired false true'],
      [2, 'c-1', 'torn', 'stock 15 12'],
      [1, 'u-1', undefined, 'price 1000 1200,stock 10 15'],
    ],
  );
  assert.is(next, null);
  const page = await historyOf(replica, 1, { limit: 1, after: 3 });
  assert.equal([page.events!.map(({ number }) => number), page.next], [[2], 2]);
  assert.equal((await historyOf(replica, 9)).events, null);
});

test('the last changes of a book are remembered, and the oldest give way', async () => {
  const { replica, change } = await raised(newBook(1));
  for (let n = 0; n < KEPT_BOOK_EVENTS + 5; n++) change({ id: 1, price: n });
  const { events } = await historyOf(replica, 1, { limit: 10_000 });
  assert.is(events!.length, KEPT_BOOK_EVENTS);
  assert.equal([events![0]!.number, events!.at(-1)!.number], [KEPT_BOOK_EVENTS + 5, 6]);
  await replica.flush();
  assert.is((await CatalogState.load(replica.store)).digest, replica.state.digest);
});

test('a snapshot has the history and the lists of topics', async () => {
  const { replica, change } = await raised(newBook(1, { topic: 'a' }), newBook(2, { topic: 'a' }));
  change({ id: 1, topic: 'b' });
  await replica.flush();
  const other = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  assert.is(other.state.digest, replica.state.digest);
  assert.equal(await historyOf(other, 1), await historyOf(replica, 1));
  assert.equal(other.state.topic('a').version, replica.state.topic('a').version);
});

test('below its level a change of books is refused for now, and an older change leaves no history', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(addBooks('books', [newBook(1, { isbn: ISBN }), newBook(2, { isbn: ISBN })]));
  const { result } = replica.apply(changeBooks('c-1', [{ id: 1, price: 1 }]));
  assert.is(result?.kind === 'refused' && result.code, 'not-yet');
  replica.apply(updateBook('u-1', { id: 1, price: 1 }));
  assert.is(replica.state.book(1)?.changes, undefined);
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  const again = replica.apply(changeBooks('c-1', [{ id: 1, price: 2 }])).result;
  assert.is(again?.kind, 'updated');
  // Of the two from before there was one ISBN for each, either is named.
  const taken = replica.apply(addBooks('more', [newBook(3, { isbn: ISBN })])).result;
  assert.equal(taken?.kind === 'added' && taken.duplicates, [{ place: 0, isbn: ISBN, id: 1 }]);
});

test.run();
