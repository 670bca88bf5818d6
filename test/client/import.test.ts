import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BookToAdd } from '../../client/client.ts';
import { importBooks } from '../../client/import-books.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import type { AddedAnswer } from '../../runtime/api.ts';
import type { NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';

const LIMITS = { ...DEFAULT_CLIENT_LIMITS, maxBatchBooks: 10 };

function list(count: number, withIds = true): NewBook[] {
  return Array.from({ length: count }, (_, index) => ({
    ...(withIds ? { id: index + 1 } : {}),
    title: `Book ${index + 1}`,
    topic: 't',
    price: 100 + index,
    stock: 1,
  }));
}

/** Keeps what it is given as the catalogs do: ids once, keys once. */
function createRecordingStore() {
  const titles: string[] = [];
  const ids = new Set<number>();
  const recorded = new Map<string, AddedAnswer>();
  const batches: { books: readonly BookToAdd[]; key: string }[] = [];
  return {
    titles,
    batches,
    async addBooks(books: readonly BookToAdd[], options?: { key?: string }): Promise<AddedAnswer> {
      const key = options?.key ?? '';
      batches.push({ books, key });
      const earlier = recorded.get(key);
      if (earlier) return { ...earlier, replayed: true };
      const answer = { added: [] as number[], skipped: [] as number[], version: 0 };
      for (const book of books) {
        const id = book.id ?? ids.size + 1;
        (ids.has(id) ? answer.skipped : answer.added).push(id);
        if (!ids.has(id)) titles.push(book.title);
        ids.add(id);
      }
      recorded.set(key, answer);
      return answer;
    },
  };
}

type RecordingStore = Pick<ReturnType<typeof createRecordingStore>, 'addBooks'>;

async function run(store: RecordingStore, books: readonly NewBook[], seed = 1, limits = LIMITS) {
  let last = { read: 0, added: 0, skipped: 0 };
  for await (last of importBooks(store, books, seededRandom(seed), limits));
  return last;
}

test('a list goes in batch by batch, in order, with prices as decimal strings', async () => {
  const store = createRecordingStore();
  assert.equal(await run(store, list(25)), { read: 25, added: 25, skipped: 0 });
  assert.equal(
    store.batches.map(({ books }) => books.length),
    [10, 10, 5],
  );
  assert.equal(store.batches[0]?.books[1], { id: 2, title: 'Book 2', topic: 't', price: '1.01', stock: 1 });
});

test('no batch has more bytes than allowed', async () => {
  const store = createRecordingStore();
  const books = list(40).map((book) => ({ ...book, title: 'é'.repeat(200) }));
  await run(store, books, 1, { ...LIMITS, maxBatchBytes: 2_000 });
  assert.ok(store.batches.length > 8);
  for (const { books } of store.batches) assert.ok(Buffer.byteLength(JSON.stringify(books)) <= 2_000);
});

test('the same list twice changes nothing, and says so', async () => {
  for (const withIds of [true, false]) {
    const store = createRecordingStore();
    await run(store, list(25, withIds), 1);
    assert.equal(await run(store, list(25, withIds), 2), { read: 25, added: 0, skipped: 25 });
    assert.is(store.titles.length, 25);
  }
});

test('an import that was cut off is finished by starting it again', async () => {
  for (const withIds of [true, false]) {
    const store = createRecordingStore();
    let answers = 0;
    const failing: RecordingStore = {
      async addBooks(books, options) {
        const answer = await store.addBooks(books, options);
        if (++answers === 2) throw new BazarError('outcome-unknown');
        return answer;
      },
    };
    const error = await run(failing, list(25, withIds), 1).catch((error) => error);
    assert.is(error.outcome, 'unknown');
    assert.equal(await run(store, list(25, withIds), 2), { read: 25, added: 5, skipped: 20 });
    assert.is(new Set(store.titles).size, 25);
  }
});

test('a batch whose first answer was lost counts as added by this run', async () => {
  const store = createRecordingStore();
  const twice: RecordingStore = {
    async addBooks(books, options) {
      await store.addBooks(books, options);
      return store.addBooks(books, options);
    },
  };
  assert.equal(await run(twice, list(15)), { read: 15, added: 15, skipped: 0 });
});

test.run();
