import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkResting } from '../../actors/catalog/read-records.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DamagedStoreError } from '../../storage/damage.ts';
import { bookKey, generationPrefix, orderKey } from '../../storage/keys.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { startCatalogs } from '../support/catalogs.ts';
import { addBooks, newBook, openReplica, purchase, type Replica } from './support.ts';

const BOOKS = addBooks('books', [newBook(1, { stock: 1_000 }), newBook(2)]);
const ORDERS = 40;
const one = (key: string) => purchase(key, [{ id: 1, quantity: 1 }]);

/** A store with some orders, all of them durable. */
async function stocked(): Promise<Replica> {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(BOOKS);
  for (let number = 0; number < ORDERS; number++) replica.apply(one(`o-${number}`));
  await replica.flush();
  return replica;
}

/** Checks to the end, a few records at a time, and does `meanwhile` after the first of them. */
async function check(
  opened: Awaited<ReturnType<typeof CatalogState.open>>,
  meanwhile = async () => {},
): Promise<void> {
  let pages = 0;
  for await (const _ of checkResting(opened.resting!, 7)) if (++pages === 1) await meanwhile();
  assert.ok(pages > ORDERS / 7);
}

async function isDamaged(run: () => Promise<unknown>): Promise<void> {
  const error = await run().then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.instance(error, DamagedStoreError);
  assert.match(error.message, 'its books and orders are not the ones that were written');
}

test('a state that is not checked yet knows its books and every order, and takes no key for a new one', async () => {
  const { store } = await stocked();
  const { state } = await CatalogState.open(store);
  assert.is(state.book(1)?.stock, 1_000 - ORDERS);
  const index = state.applied.index + 1;
  const command = { ...one('o-3'), requestId: 'another' };
  const { result } = state.apply({ index, term: 1, sum: 0 }, { term: 1, at: 0, command });
  assert.equal([result?.kind, result && 'replayed' in result && result.replayed], ['order', true]);
  assert.is(state.book(1)?.stock, 1_000 - ORDERS);
});

test('what is sold while the records are checked does not disturb the check, and the state is the same as without one', async () => {
  const { store } = await stocked();
  const opened = await CatalogState.open(store);
  const { state } = opened;
  const buy = (key: string) => {
    const index = state.applied.index + 1;
    state.apply({ index, term: 1, sum: 0 }, { term: 1, at: 0, command: one(key) });
  };
  await check(opened, async () => {
    for (let number = 0; number < 30; number++) buy(`p-${number}`);
    await store.write(state.takeOperations());
    state.persisted();
  });
  buy('p-30');
  await store.write(state.takeOperations());
  state.persisted();
  const again = await CatalogState.load(store);
  assert.equal([again.digest, again.applied], [state.digest, state.applied]);
});

test('an order that is lost, changed or nobody’s is found by the check, and a book before it', async () => {
  const key = generationPrefix(1) + orderKey('o-9');
  for (const value of [undefined, '{}']) {
    const { store } = await stocked();
    await store.write([value === undefined ? { type: 'del', key } : { type: 'put', key, value }]);
    const opened = await CatalogState.open(store);
    await isDamaged(() => check(opened));
  }
  const { store } = await stocked();
  await store.write([{ type: 'put', key: `${key}x`, value: store.get(key)! }]);
  const opened = await CatalogState.open(store);
  await isDamaged(() => check(opened));
  await store.write([
    { type: 'del', key: `${key}x` },
    { type: 'del', key: generationPrefix(1) + bookKey(2) },
  ]);
  await isDamaged(() => CatalogState.open(store));
});

/** Three catalogs with some orders, of which one has been killed. It will check five records at a time, and rest so long. */
async function killedCatalog(checkRestMs: number) {
  const catalogs = await startCatalogs(3, { checkPageRecords: 5, checkTurnMs: 0, checkRestMs });
  const { id: leader } = await catalogs.leader();
  await catalogs.propose(leader, BOOKS);
  for (let number = 0; number < ORDERS; number++) await catalogs.propose(leader, one(`o-${number}`));
  await catalogs.level();
  const { id } = (await catalogs.followers())[0]!;
  await catalogs.clock.elapse(1_000);
  await catalogs.kill(id);
  return { catalogs, leader, id };
}

test('a catalog whose orders are damaged serves, tells no digest, and ends with that word when it finds it', async () => {
  const { catalogs, id } = await killedCatalog(400);
  assert.ok(catalogs.disk(id).lose(generationPrefix(1) + orderKey('o-5')));
  await catalogs.start(id);
  await catalogs.level();
  assert.is(catalogs.get(id).catalog.state.book(1)?.stock, 1_000 - ORDERS);
  const audit = () => catalogs.ask(id, 'audit', { atLeast: 0, limit: 0, waitMs: 100 });
  await audit().then(
    () => assert.unreachable(),
    (error: BazarError) => assert.equal([error instanceof BazarError, error.code], [true, 'behind']),
  );
  assert.equal(catalogs.failures, []);
  await catalogs.until(() => catalogs.failures.length > 0);
  assert.instance(catalogs.failures[0], DamagedStoreError);
});

test('a sound catalog is audited as soon as it has checked its orders', async () => {
  const { catalogs, leader, id } = await killedCatalog(50);
  await catalogs.start(id);
  await catalogs.clock.elapse(2_000);
  const audits = [];
  for (const each of [leader, id])
    audits.push(await catalogs.ask(each, 'audit', { atLeast: 0, limit: 0, waitMs: 100 }));
  assert.is(audits[0]!.digest, audits[1]!.digest);
  assert.equal(catalogs.failures, []);
});

test.run();
