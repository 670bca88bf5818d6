import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { keysUnder } from '../../storage/keys.ts';
import type { Range, Store, StoreOperation } from '../../storage/store.ts';

/** Where the stores of one implementation come from. */
export interface Stores {
  /** An empty store; `reopen` closes it and opens what it left, where the implementation keeps anything. */
  make(): Promise<{ store: Store; reopen?: () => Promise<Store>; dispose: () => Promise<void> }>;
}

const put = (key: string, value: string): StoreOperation => ({ type: 'put', key, value });
const del = (key: string): StoreOperation => ({ type: 'del', key });

async function recordsOf(store: Store, range: Range, pageSize?: number) {
  const records: (readonly [string, string])[] = [];
  for await (const page of store.pages(range, pageSize)) records.push(...page);
  return records;
}

async function keysOf(store: Store, range: Range) {
  return (await recordsOf(store, range)).map(([key]) => key).join(' ');
}

const ALL: Range = { gte: '', lt: '~' };
const LETTERS = ['a', 'b', 'c', 'd', 'e'];

/** What every store must do, whatever it is made of; still to be run. */
export function storeSuite(name: string, stores: Stores): Test {
  const test = suite(name);

  function check(behaviour: string, body: (store: Store, reopen?: () => Promise<Store>) => Promise<void>) {
    test(behaviour, async () => {
      const { store, reopen, dispose } = await stores.make();
      try {
        await body(store, reopen);
      } finally {
        await dispose();
      }
    });
  }

  check('a key that was never written has no value', async (store) => {
    assert.is(store.get('nothing'), undefined);
  });

  check('what a write put is there when it resolves', async (store) => {
    await store.write([put('a', '1'), put('b', '2')]);
    assert.is(store.get('a'), '1');
    assert.is(store.get('b'), '2');
  });

  check('an empty value is a value', async (store) => {
    await store.write([put('a', '')]);
    assert.is(store.get('a'), '');
  });

  check('text of any script comes back as it was', async (store) => {
    const text = 'Ünïcödé 書店 📚 \u0000\n';
    await store.write([put('a', text)]);
    assert.is(store.get('a'), text);
  });

  check('a later operation on a key wins within one write', async (store) => {
    await store.write([put('a', '1'), put('a', '2'), put('b', '1'), del('b'), del('c'), put('c', '3')]);
    assert.is(store.get('a'), '2');
    assert.is(store.get('b'), undefined);
    assert.is(store.get('c'), '3');
  });

  check('deleting what is not there changes nothing', async (store) => {
    await store.write([put('a', '1')]);
    await store.write([del('b')]);
    assert.is(await keysOf(store, ALL), 'a');
  });

  check('a write of nothing resolves', async (store) => {
    await store.write([]);
  });

  check('writes that overlap all take effect, in any order', async (store) => {
    await Promise.all(['a', 'b', 'c'].map((key) => store.write([put(key, '1')])));
    assert.is(await keysOf(store, ALL), 'a b c');
  });

  check('the operations of a write may be changed once it was called', async (store) => {
    const operations = [put('a', '1')];
    const written = store.write(operations);
    operations[0] = put('a', '2');
    await written;
    assert.is(store.get('a'), '1');
  });

  check('a range takes its start in and leaves its end out', async (store) => {
    await store.write(LETTERS.map((key) => put(key, key)));
    assert.is(await keysOf(store, { gte: 'b', lt: 'd' }), 'b c');
    assert.is(await keysOf(store, { gte: 'bb', lt: 'dd' }), 'c d');
    assert.is(await keysOf(store, { gte: 'd', lt: 'd' }), '');
    assert.is(await keysOf(store, { gte: 'x', lt: 'z' }), '');
  });

  check('a limit counts from the end at which the iteration begins', async (store) => {
    await store.write(LETTERS.map((key) => put(key, key)));
    assert.is(await keysOf(store, { ...ALL, limit: 2 }), 'a b');
    assert.is(await keysOf(store, { ...ALL, limit: 2, reverse: true }), 'e d');
    assert.is(await keysOf(store, { ...ALL, reverse: true }), 'e d c b a');
    assert.is(await keysOf(store, { ...ALL, limit: 0 }), '');
  });

  check('keys are in code-unit order, whatever the order of writing', async (store) => {
    await store.write(['b/2', 'b0', 'b/10', 'B', 'b/1'].map((key) => put(key, key)));
    assert.is(await keysOf(store, ALL), 'B b/1 b/10 b/2 b0');
    assert.is(await keysOf(store, keysUnder('b/')), 'b/1 b/10 b/2');
  });

  check('pages have no more records than was asked for, and none is empty', async (store) => {
    await store.write(LETTERS.map((key) => put(key, key)));
    let count = 0;
    for await (const page of store.pages(ALL, 2)) {
      assert.ok(page.length === 1 || page.length === 2);
      count += page.length;
    }
    assert.is(count, LETTERS.length);
  });

  check('an iteration shows what was there when it began', async (store) => {
    await store.write(LETTERS.map((key) => put(key, 'old')));
    const pages = store.pages(ALL, 2);
    const seen = [...((await pages.next()).value ?? [])];
    await store.write([del('c'), put('d', 'new'), put('dd', 'new')]);
    for await (const page of pages) seen.push(...page);
    assert.equal(
      seen,
      LETTERS.map((key) => [key, 'old']),
    );
  });

  check('an iteration may be left early', async (store) => {
    await store.write(LETTERS.map((key) => put(key, key)));
    for await (const page of store.pages(ALL, 1)) {
      assert.equal(page, [['a', 'a']]);
      break;
    }
  });

  check('clearing removes the range and nothing else', async (store) => {
    const many = Array.from({ length: 2_500 }, (_, index) => put(`m/${String(index).padStart(4, '0')}`, 'x'));
    await store.write([put('l', '1'), put('m', '2'), ...many, put('m0', '3')]);
    await store.clear(keysUnder('m/'));
    assert.is(await keysOf(store, ALL), 'l m m0');
  });

  check('many records come back whole, in order', async (store) => {
    const values = Array.from({ length: 3_000 }, (_, index) => [
      `k${10_000 + index}`,
      'v'.repeat(index % 700),
    ]);
    await store.write(values.map(([key, value]) => put(key!, value!)));
    assert.equal(await recordsOf(store, ALL), values);
  });

  check('it names a place for people', async (store) => {
    assert.ok(store.location.length > 0);
  });

  check('a closed store answers nothing', async (store) => {
    await store.close();
    assert.throws(() => store.get('a'), /not open/);
    let failed = false;
    await store.write([put('a', '1')]).catch(() => {
      failed = true;
    });
    assert.ok(failed);
  });

  check(
    'closing waits for the write under way, and what was written is there again',
    async (store, reopen) => {
      if (reopen === undefined) return;
      const written = store.write([put('a', '1'), put('b', '2'), del('a')]);
      const again = await reopen();
      await written;
      assert.is(again.get('b'), '2');
      assert.is(again.get('a'), undefined);
    },
  );

  return test;
}
