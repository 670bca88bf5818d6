import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changesSince } from '../../actors/catalog/changes-since.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import type { ChangesPlace, ChangesQuery, StoreChange } from '../../runtime/changes.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { Store } from '../../storage/store.ts';
import { commandLog } from './commands.ts';
import { addBooks, cancel, confirm, hold, newBook, openReplica, purchase, updateBook } from './support.ts';

const ALL: ChangesQuery = { since: { version: 0 }, types: ['order'], every: true, limit: 1_000 };

type OrderChange = Extract<StoreChange, { type: 'order' }>;

const ofOrders = (changes: readonly StoreChange[]) => changes.filter((change) => change.type === 'order');

/** All changes, asked for by pages. */
function walk(state: CatalogState, query: Partial<ChangesQuery>): OrderChange[] {
  const found: OrderChange[] = [];
  let since: ChangesPlace = ALL.since;
  for (;;) {
    const page = changesSince(state, { ...ALL, ...query, since });
    found.push(...ofOrders(page.changes));
    since = page.cursor;
    if (!page.more) return found;
  }
}

/** As a restart finds it, and somebody asks: what happened before is read a piece at a time. */
async function reload(store: Store): Promise<CatalogState> {
  const state = await CatalogState.load(store);
  while (!state.timelines.orders.isWhole) await state.timelines.orders.takeUp(async () => {});
  return state;
}

const names = (changes: readonly OrderChange[]) =>
  changes.map(({ version, what, order }) => `${version} ${what} ${order.orderId}`);

test('every change of every order comes once, in the order of the log, by pages of any size, after a restart too', async () => {
  await fc.assert(
    fc.asyncProperty(commandLog, fc.integer({ min: 1, max: 4 }), async (commands, limit) => {
      const store = await openMemoryStore();
      const replica = await openReplica(store);
      replica.apply({ kind: 'raiseLevel', level: LEVEL });
      for (const command of commands) replica.apply(command);
      await replica.flush();
      const { orders } = await replica.state.ordersAfter('', 10_000);
      const told = orders
        .filter(({ status }) => status !== 'refused')
        .flatMap(({ orderId, version, events = [{ what: 'confirmed', version }] }) =>
          events.map((event) => ({ ...event, orderId })),
        )
        .sort((one, other) => one.version - other.version || (one.orderId < other.orderId ? -1 : 1))
        .map(({ version, what, orderId }) => `${version} ${what} ${orderId}`);
      assert.equal(names(walk(replica.state, { limit })), told);
      assert.equal(names(walk(await reload(store), { limit })), told);
      const last = walk(replica.state, { limit, every: false });
      assert.equal(
        last.map(({ order }) => order.orderId).sort(),
        orders.flatMap(({ status, orderId }) => (status === 'refused' ? [] : [orderId])),
      );
      for (const { version, order } of last) assert.is(version, order.version);
    }),
    { numRuns: 60 },
  );
});

test('what happened before the start is read by pieces, while orders are bought and changed', async () => {
  const store = await openMemoryStore();
  const before = await openReplica(store);
  before.apply({ kind: 'raiseLevel', level: LEVEL });
  before.apply(addBooks('books', [newBook(1)]));
  const line = [{ id: 1, quantity: 1 }];
  before.apply(updateBook('more', { id: 1, restock: 5_000 }));
  const keys = Array.from({ length: 2_500 }, (_, place) => String((place * 7_919) % 10_007));
  for (const key of keys) before.apply(purchase(key, line));
  await before.flush();
  const replica = await openReplica(store);
  const timeline = replica.state.timelines.orders;
  assert.throws(() => changesSince(replica.state, ALL), 'has not been read yet');
  let pieces = 0;
  const change = (n: number) => {
    replica.apply(purchase(`z${n}`, line));
    replica.apply(purchase(`-${n}`, line));
    // One that was read, and one that will be.
    replica.apply(cancel(`back-${n}`, keys[n]!));
    replica.apply(cancel(`back-${n + 100}`, keys.at(-1 - n)!));
  };
  change(0);
  while (!timeline.isWhole) {
    // All who wait share a piece.
    await Promise.all([timeline.takeUp(async () => {}), timeline.takeUp(async () => {})]);
    change(++pieces);
    if (pieces === 2) await replica.flush();
  }
  assert.is(pieces, 3);
  await replica.flush();
  const told = names(walk(replica.state, {}));
  assert.is(told.length, 2_500 + 4 * 4);
  assert.is(new Set(told).size, told.length);
  assert.equal(told, names(walk(await reload(store), {})));
  assert.equal(told.slice(0, 3), [
    `4 confirmed ${keys[0]}`,
    `5 confirmed ${keys[1]}`,
    `6 confirmed ${keys[2]}`,
  ]);
});

test('holds that end in one entry are told one page after the other', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  replica.apply(addBooks('books', [newBook(1)]), { at: 1_000 });
  for (const key of ['c', 'a', 'b']) replica.apply(hold(key, [{ id: 1, quantity: 1 }], 1_000), { at: 1_000 });
  replica.apply(purchase('late', [{ id: 1, quantity: 1 }]), { at: 9_000 });
  const { index } = replica.state.applied;
  const ended = names(walk(replica.state, { limit: 1 })).filter((name) => name.startsWith(`${index} `));
  assert.equal(ended, [
    `${index} expired a`,
    `${index} expired b`,
    `${index} expired c`,
    `${index} confirmed late`,
  ]);
});

test('they are filtered by what has happened, by status, and by customer; who is at the end goes on from there', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  replica.apply(addBooks('books', [newBook(1)]));
  const line = [{ id: 1, quantity: 1 }];
  replica.apply({ ...purchase('hers', line), customer: 'alice' });
  replica.apply({ ...hold('his', line), customer: 'bob' });
  replica.apply(purchase('too-many', [{ id: 1, quantity: 99 }]));
  replica.apply(confirm('his'));
  replica.apply(cancel('back', 'hers'));
  const { state } = replica;
  assert.equal(names(walk(state, { customer: 'bob' })), ['4 held his', '6 confirmed his']);
  assert.equal(names(walk(state, { status: 'confirmed' })), ['3 confirmed hers', '6 confirmed his']);
  assert.equal(names(walk(state, { status: 'cancelled', every: false })), ['7 cancelled hers']);
  const { cursor, more } = changesSince(state, ALL);
  assert.equal([cursor, more], [{ version: 7 }, false]);
  replica.apply(purchase('next', line));
  assert.equal(names(ofOrders(changesSince(state, { ...ALL, since: cursor }).changes)), ['8 confirmed next']);
});

test('a page is cut by bytes and goes on', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(addBooks('books', [newBook(1)]));
  for (const key of ['a', 'b', 'c']) replica.apply(purchase(key, [{ id: 1, quantity: 1 }]));
  const page = changesSince(replica.state, ALL, 1_200);
  assert.ok(page.changes.length < 3 && page.more);
  const rest = changesSince(replica.state, { ...ALL, since: page.cursor });
  assert.equal(names(ofOrders([...page.changes, ...rest.changes])), [
    '2 confirmed a',
    '3 confirmed b',
    '4 confirmed c',
  ]);
});

test.run();
