import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readApplied } from '../../actors/catalog/records.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { isUnrecorded } from '../../runtime/domain.ts';
import {
  APPLIED_KEY,
  bookKey,
  GENERATION_KEY,
  generationPrefix,
  keysUnder,
  orderKey,
  REFUSAL_PREFIX,
} from '../../storage/keys.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { putSealed } from '../../storage/sealed.ts';
import type { Store } from '../../storage/store.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { commandLog } from './commands.ts';
import { addBooks, newBook, openReplica, orderIn, purchase, snapshotOf, updateBook } from './support.ts';

const books = addBooks('books', [newBook(1), newBook(2, { topic: 'Distributed Systems' }), newBook(7)]);
const one = (key: string) => purchase(key, [{ id: 1, quantity: 1 }]);

const dear = (key: string) => purchase(key, [{ id: 1, quantity: 1_000 }]);

type Open = () => Promise<Store>;

/** Every behaviour of the state, on stores that `open` makes; `numRuns` of the long property. */
function describeState(
  name: string,
  numRuns: number,
  withStores: (run: (open: Open) => Promise<void>) => Promise<void>,
) {
  const test = suite(name);
  const it = (title: string, run: (open: Open) => Promise<void>) => test(title, () => withStores(run));

  it('a new store holds an empty state with a digest of zero', async (open) => {
    const { state } = await openReplica(await open());
    assert.is(state.applied.index, 0);
    assert.is(state.digest, '0'.repeat(24));
    assert.is(state.size, 0);
    assert.equal(state.takeOperations(), []);
    assert.equal(state.topic('xen'), { books: [], version: 0, bytes: 0 });
  });

  it('what was flushed is there after a restart, with the same digest', async (open) => {
    const replica = await openReplica(await open());
    replica.apply(books);
    replica.apply(one('o-1'));
    replica.apply(null);
    await replica.flush();
    const { digest, applied } = replica.state;
    const restarted = await CatalogState.load(replica.store);
    assert.is(restarted.digest, digest);
    assert.equal(restarted.applied, applied);
    assert.is(restarted.book(1)?.stock, 9);
    assert.is(restarted.order('o-1')?.total, 1000);
    assert.is(restarted.lastId, 7);
  });

  it('the last start of the store is a record like the others: durable, in the digest and in a snapshot', async (open) => {
    const replica = await openReplica(await open());
    replica.apply(books);
    const before = replica.state.digest;
    assert.is(replica.state.boot, undefined, 'as in a store that was made before there were any');
    assert.equal(replica.apply({ kind: 'boot', boot: 'first' }), { result: null, changes: [] });
    const first = replica.state.digest;
    replica.apply({ kind: 'boot', boot: 'second' });
    assert.is(new Set([before, first, replica.state.digest]).size, 3);
    await replica.flush();
    const restarted = await CatalogState.load(replica.store);
    assert.equal([restarted.boot, restarted.digest], ['second', replica.state.digest]);
    const other = await openReplica(await open());
    await other.restoreFrom(replica);
    assert.equal([other.state.boot, other.state.digest], ['second', replica.state.digest]);
    replica.apply({ kind: 'boot', boot: 'first' });
    assert.is(replica.state.digest, first, 'a start takes the place of the one before it');
  });

  it('what was not flushed is decided again from the log, and comes to the same', async (open) => {
    const replica = await openReplica(await open());
    replica.apply(books);
    await replica.flush();
    const first = replica.apply(one('o-1'));
    const { digest } = replica.state;
    await replica.restart();
    assert.is(replica.state.digest, digest);
    assert.equal(replica.state.order('o-1'), orderIn(first.result));
  });

  it('an order is found at every moment between being decided and being durable', async (open) => {
    const { store, state, apply } = await openReplica(await open());
    const found = async () => [state.order('o-1')?.status, (await state.ordersAfter('', 10)).orders.length];
    apply(books);
    apply(one('o-1'));
    assert.equal(await found(), ['confirmed', 1]);
    const operations = state.takeOperations();
    assert.equal(await found(), ['confirmed', 1]);
    const page = state.ordersAfter('', 10);
    await store.write(operations);
    assert.equal(await found(), ['confirmed', 1]);
    state.persisted();
    assert.equal(await found(), ['confirmed', 1]);
    assert.is((await page).orders.length, 1);
  });

  it('a retry is recognised whether its record is fresh, in flight or durable', async (open) => {
    const { store, state, apply } = await openReplica(await open());
    apply(books);
    const first = apply(one('o-1')).result;
    assert.equal(apply(one('o-1')).result, first);
    const operations = state.takeOperations();
    assert.equal(apply(one('o-1')).result, first);
    await store.write(operations);
    state.persisted();
    assert.equal(apply(one('o-1')).result, first);
    assert.is(state.book(1)?.sold, 1);
  });

  it('records put while a batch is in flight are not forgotten when it returns', async (open) => {
    const { store, state, apply } = await openReplica(await open());
    apply(books);
    const operations = state.takeOperations();
    apply(one('o-1'));
    await store.write(operations);
    state.persisted();
    assert.is(state.order('o-1')?.status, 'confirmed');
    await store.write(state.takeOperations());
    state.persisted();
    assert.is(state.order('o-1')?.status, 'confirmed');
  });

  it('a book that was sold often is written once a batch, and nothing is written twice', async (open) => {
    const { state, apply, flush } = await openReplica(await open());
    apply(books);
    await flush();
    for (let number = 0; number < 5; number++) apply(one(`o-${number}`));
    const keys = state.takeOperations().map((operation) => operation.key);
    assert.is(keys.length, 5 + 1 + 1);
    assert.is(keys.filter((key) => key.endsWith(bookKey(1))).length, 1);
    assert.is(keys.at(-1), state.prefix + APPLIED_KEY);
    assert.equal(state.takeOperations(), []);
  });

  it('a refusal under a key that is nobody’s leaves nothing, and what is sold under one is recorded', async (open) => {
    const { state, apply } = await openReplica(await open());
    apply(books);
    const before = state.digest;
    const refused = apply({ ...dear('o-1'), once: true }).result;
    assert.equal([orderIn(refused).status, isUnrecorded(refused!)], ['refused', true]);
    assert.equal([state.order('o-1'), state.digest], [undefined, before]);
    assert.is(apply({ ...updateBook('r', { id: 99, restock: 1 }), once: true }).result?.kind, 'refused');
    assert.is(state.digest, before);
    const { once: _, ...again } = { ...dear('o-1'), once: true };
    assert.not(isUnrecorded(apply(again).result!));
    assert.is(state.order('o-1')?.status, 'refused', 'the next proposal is recorded');
    apply({ ...one('o-2'), once: true });
    const second = apply({ ...one('o-2'), once: true }).result;
    assert.equal([state.book(1)?.sold, orderIn(second).status], [1, 'confirmed']);
  });

  it('a refused order is forgotten when the log says so, whole, and by every way that it was taken in', async (open) => {
    const replica = await openReplica(await open());
    replica.apply(books);
    replica.apply(one('sold'));
    const before = replica.state.digest;
    replica.apply(dear('o-1'));
    replica.apply(dear('o-2'));
    const [first, second] = await replica.state.refusals.until(1_000_000, 10);
    assert.equal([first?.key, second?.key], ['o-1', 'o-2']);
    assert.equal(await replica.state.refusals.until(first!.at, 10), [first]);
    assert.equal(await replica.state.refusals.until(1_000_000, 1), [first]);
    await replica.flush();
    const other = await openReplica(await open());
    await other.restoreFrom(replica);
    const restarted = await openReplica(replica.store);
    for (const { state, apply } of [other, restarted]) {
      apply({ kind: 'expire', refusals: [first!, second!] });
      assert.is(state.digest, before);
      assert.equal([state.order('o-1'), state.order('o-2')], [undefined, undefined]);
      assert.equal(await state.refusals.until(1_000_000, 10), []);
      assert.is((await state.ordersAfter('', 10)).orders.length, 1);
    }
    await restarted.flush();
    const keys = (await snapshotOf(restarted)).map(([key]) => key);
    assert.not(keys.some((key) => key.includes('o-1') || key.startsWith('e/')));
  });

  it('neither a sale nor a later refusal under its key is forgotten with a refusal', async (open) => {
    const { state, apply } = await openReplica(await open());
    apply(books);
    apply(dear('o-1'));
    const [early] = await state.refusals.until(1_000_000, 10);
    apply({ kind: 'expire', refusals: [early!] });
    apply(dear('o-1'));
    const { digest } = state;
    apply({ kind: 'expire', refusals: [early!] });
    assert.equal([state.order('o-1')?.status, state.digest], ['refused', digest]);
    const [late] = await state.refusals.until(1_000_000, 10);
    apply({ kind: 'expire', refusals: [late!] });
    apply(one('o-1'));
    apply({ kind: 'expire', refusals: [late!, { ...late!, at: state.order('o-1')!.at }] });
    assert.is(state.order('o-1')?.status, 'confirmed');
  });

  it('a store that was made before refusals were ordered by time starts, and forgets them too', async (open) => {
    const replica = await openReplica(await open());
    replica.apply(addBooks('books', [newBook(1, { title: '"status":"refused"' })]));
    replica.apply(dear('o-1'));
    replica.apply(one('sold'));
    await replica.flush();
    const { digest, prefix } = replica.state;
    await replica.store.clear(keysUnder(prefix + REFUSAL_PREFIX));
    await withoutChecksum(replica);
    const state = await CatalogState.load(replica.store);
    assert.is(state.digest, digest);
    assert.equal(
      (await state.refusals.until(1_000_000, 10)).map(({ key }) => key),
      ['o-1'],
    );
  });

  it('an entry that does not follow the last applied one is not applied', async (open) => {
    const { state } = await openReplica(await open());
    const entry = { term: 1, at: 0, command: null };
    assert.throws(() => state.apply({ index: 2, term: 1, sum: 0 }, entry), /entry 2 does not follow 0/);
  });

  it('topics are matched whole and in any case, and their version is that of their last new book', async (open) => {
    const { state, apply } = await openReplica(await open());
    apply(books);
    assert.equal(state.topic('DISTRIBUTED systems'), {
      books: [{ id: 2, title: 'Book 2' }],
      version: 1,
      bytes: '[{"id":2,"title":"Book 2"}]'.length,
    });
    assert.equal(state.topic('distributed'), { books: [], version: 0, bytes: 0 });
    const before = state.topic('xen');
    apply(one('o-1'));
    assert.is(state.topic('xen'), before);
    apply(addBooks('more', [newBook(5), newBook(9, { topic: 'XEN' })]));
    assert.equal(
      state.topic('xen').books.map((book) => book.id),
      [1, 5, 7, 9],
    );
    assert.is(state.topic('xen').version, 3);
    assert.is(before.books.length, 2);
  });

  it('the pages of books follow each other in id order without gap or repetition', async (open) => {
    const { state, apply } = await openReplica(await open());
    apply(addBooks('late', [newBook(30), newBook(10)]));
    apply(addBooks('between', [newBook(20), newBook(5), newBook(40)]));
    const ids: number[][] = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: ReturnType<CatalogState['booksAfter']> = state.booksAfter(after, 2);
      ids.push(page.books.map((book) => book.id));
      after = page.next;
    }
    assert.equal(ids, [[5, 10], [20, 30], [40]]);
    assert.equal(state.booksAfter(40, 2), { books: [], next: null, bytes: 0 });
    assert.is(state.booksAfter(0, 5).next, null);
  });

  it('the pages of orders join those on disk with those that are not there yet', async (open) => {
    const replica = await openReplica(await open());
    const { state } = replica;
    replica.apply(books);
    for (const id of ['b', 'd', 'Z', '~', 'f']) replica.apply(one(id));
    replica.apply(updateBook('c', { id: 1, price: 5 }));
    await replica.flush();
    for (const id of ['a', 'c', 'e']) replica.apply(one(id));
    const ids: string[][] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: Awaited<ReturnType<CatalogState['ordersAfter']>> = await state.ordersAfter(after, 3);
      ids.push(page.orders.map((order) => order.orderId));
      after = page.next;
    }
    assert.equal(ids, [
      ['Z', 'a', 'b'],
      ['c', 'd', 'e'],
      ['f', '~'],
    ]);
  });

  it('a snapshot gives an equal state that a restart loads, and leaves nothing of the old one', async (open) => {
    const leader = await openReplica(await open());
    leader.apply(books);
    for (const id of ['a', 'b', 'c', 'd']) leader.apply(one(id));
    await leader.flush();
    leader.apply(one('e'));
    const follower = await openReplica(await open());
    follower.apply(addBooks('other', [newBook(99)]));
    await follower.flush();

    await follower.restoreFrom(leader);
    assert.is(follower.state.applied.index, 5);
    assert.is(follower.state.book(99), undefined);
    assert.equal(await snapshotOf(follower), await snapshotOf(leader));
    follower.apply(one('e'));
    assert.is(follower.state.digest, leader.state.digest);
    assert.equal(follower.apply(one('a')).result, leader.apply(one('a')).result);
  });

  it('a snapshot with a record lost, changed or unreadable is not taken', async (open) => {
    const leader = await openReplica(await open());
    leader.apply(books);
    leader.apply(one('a'));
    await leader.flush();
    const records = await snapshotOf(leader);
    const persisted = leader.state.readPersisted(leader.store)!;
    const follower = await openReplica(await open());
    const take = (given: [string, string][]) => {
      const restoring = follower.state.restore();
      restoring.accept(given);
      return restoring.finish(persisted.position, persisted);
    };
    const [key, value] = records.find(([known]) => known === bookKey(1))!;
    const others = records.filter(([known]) => known !== key);
    assert.is(take(others), undefined);
    assert.is(take([...others, [key, value.replace('"stock":9', '"stock":8')]]), undefined);
    assert.is(take([...others, [key, value.slice(1)]]), undefined);
    assert.is(take([...others, [bookKey(3), value]]), undefined);
    assert.is(take(records)?.state.digest, persisted.digest);
  });

  it('what a snapshot ends with is known before it is on the disk', async (open) => {
    const leader = await openReplica(await open());
    leader.apply(books);
    const first = leader.apply(one('a'));
    await leader.flush();
    const persisted = leader.state.readPersisted(leader.store)!;
    const follower = await openReplica(await open());
    const restoring = follower.state.restore();
    restoring.amend(await snapshotOf(leader));
    const state = restoring.finish(persisted.position, persisted)!.state as CatalogState;
    assert.is(state.order('a')?.version, first.result?.version);
    assert.equal(await state.ordersAfter('', 10), await leader.state.ordersAfter('', 10));
    assert.not(state.timelines.orders.isWhole);
    await state.timelines.orders.takeUp(async () => {});
    const told = { version: first.result?.version, orderId: 'a' };
    assert.equal(Array.from(state.timelines.orders.after(0)), [told]);
  });

  it('two attempts at a snapshot do not share a place, and a restart clears what an abandoned one left', async (open) => {
    const leader = await openReplica(await open());
    leader.apply(books);
    await leader.flush();
    const follower = await openReplica(await open());
    const first = follower.state.restore();
    const second = follower.state.restore();
    assert.is.not(first.prefix, second.prefix);
    assert.is.not(first.prefix, follower.state.prefix);
    await follower.store.write(first.accept(await snapshotOf(leader)));
    assert.ok(follower.store.get(first.prefix + bookKey(1)));
    await follower.restart();
    assert.is(follower.store.get(first.prefix + bookKey(1)), undefined);
    assert.is(follower.state.size, 0);
  });

  it('a store in which a book or an order is lost or changed refuses the start, naming where', async (open) => {
    for (const lost of [bookKey(1), orderKey('o-1'), APPLIED_KEY]) {
      for (const value of [undefined, '{"damaged":', '12345678', '{}', 'null']) {
        const { store, state, apply, flush } = await openReplica(await open());
        apply(books);
        apply(one('o-1'));
        await flush();
        const key = state.prefix + lost;
        await store.write([value === undefined ? { type: 'del', key } : { type: 'put', key, value }]);
        await rejects(CatalogState.load(store), store.location);
      }
    }
  });

  it('a store of a version that wrote no checksum starts with its digest, which has to be right, and has one from then on', async (open) => {
    const { store, state, apply, flush } = await openReplica(await open());
    apply(books);
    apply(one('o-1'));
    await flush();
    await withoutChecksum({ store, state });
    const old = await openReplica(store);
    assert.equal([old.state.digest, old.state.book(1)?.stock], [state.digest, 9]);
    assert.type(readApplied(store, state.prefix)?.checksum, 'number');
    old.apply({ kind: 'boot', boot: 'first' });
    await old.flush();
    assert.is((await openReplica(store)).state.digest, old.state.digest);
    const key = state.prefix + orderKey('o-1');
    for (const value of [undefined, '{}', store.get(key)?.replace('1000', '1001')]) {
      await withoutChecksum({ store, state });
      await store.write([value === undefined ? { type: 'del', key } : { type: 'put', key, value }]);
      await rejects(CatalogState.load(store), store.location);
    }
  });

  it('a record that nobody wrote, and two that have changed places, refuse the start', async (open) => {
    const { store, state, apply, flush } = await openReplica(await open());
    apply(books);
    for (const id of ['o-1', 'o-2']) apply(one(id));
    await flush();
    const [first, second] = [state.prefix + orderKey('o-1'), state.prefix + orderKey('o-2')];
    const [own, other] = [store.get(first)!, store.get(second)!];
    await store.write([{ type: 'put', key: `${first}0`, value: own }]);
    await rejects(CatalogState.load(store), store.location);
    await store.write([
      { type: 'del', key: `${first}0` },
      { type: 'put', key: first, value: other },
      { type: 'put', key: second, value: own },
    ]);
    await rejects(CatalogState.load(store), store.location);
    await store.write([
      { type: 'put', key: first, value: own },
      { type: 'put', key: second, value: other },
    ]);
    assert.is((await CatalogState.load(store)).digest, state.digest);
  });

  it('a store that has books and orders but lost which of them count refuses the start', async (open) => {
    const { store, apply, flush } = await openReplica(await open());
    apply(books);
    await flush();
    await store.write([{ type: 'del', key: GENERATION_KEY }]);
    await rejects(CatalogState.load(store), store.location);
    assert.ok(store.get(generationPrefix(1) + bookKey(1)));
  });

  it('equal logs come to equal digests, wherever each replica flushed, restarted or took a snapshot', async (open) => {
    const step = fc.constantFrom('flush', 'restart', 'snapshot', 'nothing', 'nothing', 'nothing');
    const runs = fc.tuple(commandLog, fc.infiniteStream(step));
    const property = fc.asyncProperty(runs, async ([commands, steps]) => {
      const steady = await openReplica(await open());
      const moved = await openReplica(await open());
      for (const { apply } of [steady, moved]) apply({ kind: 'raiseLevel', level: LEVEL });
      for (const command of commands) {
        const expected = steady.apply(command);
        assert.equal(moved.apply(command), expected);
        const next = steps.next().value;
        if (next === 'flush') await moved.flush();
        if (next === 'restart') await moved.restart();
        if (next === 'snapshot') {
          await steady.flush();
          await moved.restoreFrom(steady);
        }
        assert.is(moved.state.digest, steady.state.digest);
      }
      await steady.flush();
      await moved.flush();
      assert.equal(await snapshotOf(moved), await snapshotOf(steady));
    });
    await fc.assert(property, { numRuns });
  });

  test.run();
}

/** Leaves a store as an earlier version did. */
async function withoutChecksum({ store, state }: { store: Store; state: CatalogState }): Promise<void> {
  const { position, digest } = readApplied(store, state.prefix)!;
  await store.write([putSealed(state.prefix + APPLIED_KEY, { position, digest })]);
}

async function rejects(loading: Promise<unknown>, location: string): Promise<void> {
  const error = await loading.then(
    () => assert.unreachable('the damage was not found'),
    (reason: Error) => reason,
  );
  assert.match(String(error), 'damaged');
  assert.match(String(error), location);
}

describeState('state in memory', 100, (run) => run(openMemoryStore));

describeState('state on LevelDB', 5, (run) =>
  inTemporaryFolder(async (folder) => {
    const stores: Store[] = [];
    await run(async () => {
      const store = await openLevelStore(join(folder, `store-${stores.length}`));
      stores.push(store);
      return store;
    }).finally(() => Promise.all(stores.map((store) => store.close())));
  }),
);
