import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changesSince, takeUpTimelines } from '../../actors/catalog/changes-since.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import type { ChangesPlace, ChangesQuery, StoreChange } from '../../runtime/changes.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { type BookEdit, type Command, KEPT_BOOK_EVENTS } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { commandLog } from './commands.ts';
import { addBooks, changeBooks, hold, newBook, openReplica, purchase } from './support.ts';

const ALL: ChangesQuery = {
  since: { version: 0 },
  types: ['stock', 'order', 'book'],
  every: true,
  limit: 1_000,
};

/** Reads on from a place by pages, to the end. */
function walk(state: CatalogState, since: ChangesPlace, limit: number) {
  const found: StoreChange[] = [];
  for (let cursor = since; ; ) {
    const page = changesSince(state, { ...ALL, since: cursor, limit });
    found.push(...page.changes);
    cursor = page.cursor;
    if (!page.more) return { found, cursor };
  }
}

/** As when somebody asks. */
const takeUp = (state: CatalogState) =>
  takeUpTimelines(() => state, ALL.types, { checked() {}, rest: async () => {} });

function nameOf(change: StoreChange): string {
  const { type, version } = change;
  if (type === 'order') return `${version} order ${change.order.orderId} ${change.what}`;
  if (type === 'stock') return `${version} stock ${change.book.id}`;
  return `${version} book ${change.book.id} ${change.event?.number ?? 0}`;
}

/** What there is to tell of the present state, from its records alone. */
async function everything(state: CatalogState): Promise<string[]> {
  const { orders } = await state.ordersAfter('', 10_000);
  const ofOrders = orders.flatMap(
    ({ orderId, status, version, events = [{ what: 'confirmed', version }] }) =>
      status === 'refused' ? [] : events.map((event) => `${event.version} order ${orderId} ${event.what}`),
  );
  const ofBooks = [...state.books()].flatMap((book) => [
    `${book.version} stock ${book.id}`,
    `${book.added} book ${book.id} 0`,
    ...Array.from(state.histories.of(book), ({ version, number }) => `${version} book ${book.id} ${number}`),
  ]);
  return [...ofOrders, ...ofBooks].sort();
}

const RANKS = { order: 0, book: 1, stock: 2 };

function makeSureOfOrder(found: readonly StoreChange[]): void {
  found.reduce((before, change) => {
    const isLater =
      change.version > before.version ||
      (change.version === before.version && RANKS[change.type] >= RANKS[before.type]);
    assert.ok(isLater, `${nameOf(change)} after ${nameOf(before)}`);
    return change;
  });
}

const edits = fc.array(
  fc.oneof(
    fc.record({ id: fc.integer({ min: 1, max: 5 }), retired: fc.boolean() }),
    fc.record({ id: fc.integer({ min: 1, max: 5 }), price: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      id: fc.integer({ min: 1, max: 5 }),
      adjust: fc.record({ by: fc.integer({ min: -3, max: 9 }) }),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

const logOfBoth = fc
  .tuple(commandLog, fc.array(fc.tuple(fc.nat(60), edits), { maxLength: 20 }))
  .map(([commands, changes]): Command[] => {
    const log: Command[] = [addBooks('first', [newBook(1), newBook(2)]), ...commands];
    changes.forEach(([place, edit], number) => {
      log.splice(1 + (place % log.length), 0, changeBooks(`edit-${number}`, edit as BookEdit[]));
    });
    return log;
  });

test('all that became of books comes once and in the order of the log, by pages of any size, after a restart too', async () => {
  await fc.assert(
    fc.asyncProperty(logOfBoth, fc.integer({ min: 1, max: 5 }), fc.nat(40), async (log, limit, asksAt) => {
      const store = await openMemoryStore();
      const replica = await openReplica(store);
      replica.apply({ kind: 'raiseLevel', level: LEVEL });
      for (const [place, command] of log.entries()) {
        if (place === asksAt) await takeUp(replica.state);
        replica.apply(command);
      }
      await replica.flush();
      await takeUp(replica.state);
      const { found } = walk(replica.state, ALL.since, limit);
      makeSureOfOrder(found);
      assert.equal(found.map(nameOf).sort(), await everything(replica.state));
      const again = await CatalogState.load(store);
      await takeUp(again);
      assert.equal(walk(again, ALL.since, limit).found, found);
    }),
    { numRuns: 60 },
  );
});

test('who follows the log sees every change of orders and books once, and of each book its newest state in the end', async () => {
  await fc.assert(
    fc.asyncProperty(logOfBoth, fc.integer({ min: 1, max: 5 }), fc.nat(9), async (log, limit, every) => {
      const replica = await openReplica(await openMemoryStore());
      replica.apply({ kind: 'raiseLevel', level: LEVEL });
      await takeUp(replica.state);
      const followed: StoreChange[] = [];
      let cursor = ALL.since;
      const look = (pageLimit: number) => {
        const page = changesSince(replica.state, { ...ALL, since: cursor, limit: pageLimit });
        followed.push(...page.changes);
        cursor = page.cursor;
      };
      for (const [place, command] of log.entries()) {
        replica.apply(command);
        if (place % (every + 1) === 0) look(limit);
      }
      look(1_000);
      makeSureOfOrder(followed);
      const names = followed.map(nameOf);
      assert.is(new Set(names).size, names.length);
      const present = await everything(replica.state);
      const isPassed = (name: string) => name.includes(' stock ') && !present.includes(name);
      assert.equal(names.filter((name) => !isPassed(name)).sort(), present);
    }),
    { numRuns: 60 },
  );
});

test('a place is good whichever types are asked for next', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  replica.apply(addBooks('books', [newBook(1), newBook(2)]), { at: 1_000 });
  const line = [{ id: 1, quantity: 1 }];
  for (const key of ['a', 'b']) replica.apply(hold(key, line, 1_000), { at: 1_000 });
  // At one version: two holds end, one book changes twice, and both books have another state.
  replica.apply(
    changeBooks('edit', [
      { id: 2, price: 7 },
      { id: 2, price: 8 },
    ]),
    { at: 9_000 },
  );
  await takeUp(replica.state);
  const all = changesSince(replica.state, { ...ALL, since: { version: 4 } }).changes.map(nameOf);
  assert.equal(all, [
    '5 order a expired',
    '5 order b expired',
    '5 book 2 1',
    '5 book 2 2',
    '5 stock 1',
    '5 stock 2',
  ]);
  const places: ChangesPlace[] = [
    { version: 4 },
    { version: 5, orderId: 'a' },
    { version: 5, orderId: 'b' },
    { version: 5, change: { id: 2, number: 1 } },
    { version: 5, change: { id: 2, number: 2 } },
    { version: 5, stockOf: 1 },
    { version: 5, stockOf: 2 },
  ];
  for (const [told, since] of places.entries()) {
    for (const types of [
      ALL.types,
      ['order'],
      ['book'],
      ['stock'],
      ['book', 'order'],
    ] as ChangesQuery['types'][]) {
      const { changes } = changesSince(replica.state, { ...ALL, since, types });
      const wanted = all.slice(told).filter((name) => types.some((type) => name.includes(` ${type} `)));
      assert.equal(changes.map(nameOf), wanted);
    }
  }
});

test('of a book that was changed very often the changes that are remembered are told', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  replica.apply(addBooks('books', [newBook(1)]));
  await takeUp(replica.state);
  for (let price = 1; price <= KEPT_BOOK_EVENTS + 2; price++) {
    replica.apply(changeBooks(`to-${price}`, [{ id: 1, price: price + 10_000 }]));
  }
  const { found } = walk(replica.state, ALL.since, 1_000);
  const numbers = found.flatMap((change) => (change.type === 'book' ? [change.event?.number ?? 0] : []));
  assert.equal([numbers.length, ...numbers.slice(0, 3)], [KEPT_BOOK_EVENTS + 1, 0, 3, 4]);
});

test('books are gone through by pieces, while they are sold and changed', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  for (let first = 1; first <= 2_401; first += 100) {
    const books = Array.from({ length: 100 }, (_, place) => newBook(first + place));
    replica.apply(addBooks(`books-${first}`, books));
  }
  const { books: timeline } = replica.state.timelines;
  assert.throws(() => changesSince(replica.state, ALL), 'has not been gone through yet');
  let pieces = 0;
  while (!timeline.isWhole) {
    await Promise.all([timeline.takeUp(async () => {}), timeline.takeUp(async () => {})]);
    pieces++;
    for (const id of [pieces, 2_500 - pieces]) {
      replica.apply(purchase(`buys-${pieces}-${id}`, [{ id, quantity: 1 }]));
      replica.apply(changeBooks(`edit-${pieces}-${id}`, [{ id, price: 7_000 + pieces }]));
    }
    replica.apply(addBooks(`late-${pieces}`, [newBook(9_000 + pieces)]));
  }
  assert.is(pieces, 3);
  const { found } = walk(replica.state, ALL.since, 100);
  makeSureOfOrder(found);
  assert.equal(found.map(nameOf).sort(), await everything(replica.state));
});

test.run();
