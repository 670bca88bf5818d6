import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BookToAdd, BookToChange, Client } from '../../client/client.ts';
import { type BookList, bookList } from '../../client/files/books-file.ts';
import {
  type Comparison,
  compareBooks,
  impossibleRows,
  newComparison,
  otherBooks,
} from '../../client/files/compare-books.ts';
import { importBooks } from '../../client/files/import-books.ts';
import { updateBooks } from '../../client/files/update-books.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import type { AddedAnswer, BookAnswer } from '../../runtime/api.ts';
import type { NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { formatMoney } from '../../runtime/money.ts';
import { seededRandom } from '../../runtime/random.ts';
import { checked, isbnNumber } from '../support/books-files.ts';

const LIMITS = { ...DEFAULT_CLIENT_LIMITS, maxBatchBooks: 10 };

/** With ids, with ISBNs, or with nothing but title and authors. */
type Kind = 'ids' | 'isbns' | 'titles';
const KINDS: readonly Kind[] = ['ids', 'isbns', 'titles'];

function list(count: number, kind: Kind = 'ids'): NewBook[] {
  return Array.from({ length: count }, (_, index) => ({
    ...(kind === 'ids' && { id: index + 1 }),
    ...(kind === 'isbns' && { isbn: isbnNumber(index) }),
    title: `Book ${index + 1}`,
    topic: 't',
    price: 100 + index,
    stock: 1,
  }));
}

/** Keeps what it is given as the catalogs do: ids once, keys once, a version for each change. */
function createRecordingStore() {
  const books = new Map<number, BookAnswer>();
  const recorded = new Map<string, unknown>();
  const batches: { books: readonly BookToAdd[]; key: string }[] = [];
  const edits: { changes: readonly BookToChange[]; key: string }[] = [];
  let version = 0;

  function once<T extends object>(key: string, decide: () => T): T {
    const earlier = recorded.get(key) as T | undefined;
    if (earlier) return { ...earlier, replayed: true };
    const answer = decide();
    recorded.set(key, answer);
    return answer;
  }

  return {
    held: books,
    batches,
    edits,
    titles: () => [...books.values()].map(({ title }) => title),
    sell(id: number, copies: number) {
      const book = books.get(id)!;
      books.set(id, { ...book, stock: book.stock - copies, version: ++version });
    },
    async books({ after = 0, limit = 100 }: Parameters<Client['books']>[0]) {
      const behind = [...books.values()].filter(({ id }) => id > after).sort((a, b) => a.id - b.id);
      const page = behind.slice(0, Math.min(limit, 7));
      return { books: page, next: behind.length > page.length ? page.at(-1)!.id : null };
    },
    async addBooks(batch: readonly BookToAdd[], options?: { key?: string }): Promise<AddedAnswer> {
      const key = options?.key ?? '';
      batches.push({ books: batch, key });
      return once(key, () => {
        const answer = { added: [] as number[], skipped: [] as number[], version: ++version };
        for (const book of batch) {
          const id = book.id ?? books.size + 1;
          (books.has(id) ? answer.skipped : answer.added).push(id);
          if (books.has(id)) continue;
          books.set(id, { ...book, id, price: String(book.price), held: 0, version });
        }
        return answer;
      });
    },
    async changeBooks(
      changes: readonly BookToChange[],
      options?: { key?: string },
    ): Promise<{ changed: number[]; version: number }> {
      const key = options?.key ?? '';
      edits.push({ changes, key });
      const short = changes.find(({ id, adjust }) => books.get(id)!.stock + (adjust?.by ?? 0) < 0);
      if (short && !recorded.has(key)) {
        throw new BazarError('too-few-copies', 'There are too few copies.', { bookId: short.id });
      }
      return once(key, () => {
        version += 1;
        for (const { id, price, adjust } of changes) {
          const book = books.get(id)!;
          const stock = book.stock + (adjust?.by ?? 0);
          books.set(id, { ...book, price: String(price ?? book.price), stock, version });
        }
        return { changed: changes.map(({ id }) => id), version };
      });
    },
  };
}

type RecordingStore = ReturnType<typeof createRecordingStore>;
type Door = Pick<RecordingStore, 'books' | 'addBooks' | 'changeBooks'>;

async function compared(store: Door, books: BookList): Promise<Comparison> {
  const comparison = newComparison(books.index);
  await compareBooks(store, comparison);
  return comparison;
}

/** Each run makes keys of its own, as each process does. */
let runs = 0;

async function run(store: Door, books: readonly NewBook[] | BookList, limits = LIMITS) {
  const file = 'index' in books ? books : bookList(books);
  let last = { read: 0, added: 0, skipped: 0 };
  const comparison = await compared(store, file);
  for await (last of importBooks(store, file, comparison, seededRandom(++runs), limits));
  return last;
}

async function update(store: Door, books: readonly NewBook[]) {
  const { differences } = await compared(store, bookList(books));
  let last = { updated: 0 };
  for await (last of updateBooks(store, differences, LIMITS));
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
  await run(store, books, { ...LIMITS, maxBatchBytes: 2_000 });
  assert.ok(store.batches.length > 8);
  for (const { books } of store.batches) assert.ok(Buffer.byteLength(JSON.stringify(books)) <= 2_000);
});

test('the same list twice changes nothing, and says so', async () => {
  for (const kind of KINDS) {
    const store = createRecordingStore();
    await run(store, list(25, kind));
    assert.equal(await run(store, list(25, kind)), { read: 25, added: 0, skipped: 25 });
    assert.is(store.held.size, 25);
  }
});

test('books without ids get the next ids in their order, behind those of the store and of the list', async () => {
  const store = createRecordingStore();
  await run(store, [{ ...list(1)[0]!, id: 40 }]);
  const [first, second, third] = list(4, 'titles').slice(1);
  await run(store, [first!, { ...second!, id: 50 }, third!]);
  assert.equal(
    [...store.held.values()].map(({ id, title }) => [id, title]),
    [
      [40, 'Book 1'],
      [51, 'Book 2'],
      [50, 'Book 3'],
      [52, 'Book 4'],
    ],
  );
});

test('an import that was cut off is finished by starting it again, also where its last batch arrives later', async () => {
  for (const kind of KINDS) {
    for (const arrives of ['at once', 'after the next comparison'] as const) {
      const store = createRecordingStore();
      let late = async () => {};
      let batches = 0;
      const failing: Door = {
        ...store,
        async addBooks(books, options) {
          if (++batches < 2) return store.addBooks(books, options);
          late = async () => void (await store.addBooks(books, options));
          if (arrives === 'at once') await late();
          throw new BazarError('outcome-unknown');
        },
      };
      const error = await run(failing, list(25, kind)).catch((error) => error);
      assert.is(error.outcome, 'unknown');
      const again: Door = {
        ...store,
        async addBooks(books, options) {
          await late();
          late = async () => {};
          return store.addBooks(books, options);
        },
      };
      assert.equal(await run(again, list(25, kind)), { read: 25, added: 5, skipped: 20 });
      assert.is(new Set(store.titles()).size, 25);
      assert.is(store.held.size, 25);
    }
  }
});

test('an id that another book took meanwhile gives way to the next, and no book is lost', async () => {
  const store = createRecordingStore();
  let others = 3;
  const busy: Door = {
    ...store,
    async addBooks(books, options) {
      if (others-- > 0) {
        const id = books[0]!.id!;
        await store.addBooks([{ ...books[0]!, id, title: `Other ${others}` }], { key: `other-${others}` });
      }
      return store.addBooks(books, options);
    },
  };
  assert.equal(await run(busy, list(25, 'titles')), { read: 25, added: 25, skipped: 0 });
  const titles = store.titles().filter((title) => title.startsWith('Book'));
  assert.is(titles.length, 25);
  assert.is(new Set(titles).size, 25);
});

test('a list for which no id stays free is given up', async () => {
  const store = createRecordingStore();
  const busy: Door = {
    ...store,
    async addBooks(books, options) {
      await store.addBooks([{ ...books[0]!, title: 'Other' }], { key: `other-${store.held.size}` });
      return store.addBooks(books, options);
    },
  };
  const error = await run(busy, list(1, 'titles'), { ...LIMITS, maxAddRounds: 5 }).catch((error) => error);
  assert.is(error.code, 'overloaded');
});

test('a batch whose first answer was lost counts as added by this run', async () => {
  const store = createRecordingStore();
  const twice: Door = {
    ...store,
    async addBooks(books, options) {
      await store.addBooks(books, options);
      return store.addBooks(books, options);
    },
  };
  for (const kind of KINDS) {
    store.held.clear();
    assert.equal(await run(twice, list(15, kind)), { read: 15, added: 15, skipped: 0 });
  }
});

test('the same file with one corrected cell and without ids adds no book again', async () => {
  const rows = ['A,B C,t,1.00,5', 'D,E F,t,2.00,5', 'G,H I,t,3.00,5'];
  const file = (lines: readonly string[]) =>
    checked(['title,authors,topic,price,stock', ...lines].join('\n'));
  const store = createRecordingStore();
  assert.is((await run(store, await file(rows))).added, 3);
  for (const corrected of ['D,E F,t,2.50,5', 'D,E F,t,2.00,6', 'd,e  f,other,2.00,5']) {
    const again = await file([rows[0]!, corrected, rows[2]!]);
    assert.equal(await run(store, again), { read: 3, added: 0, skipped: 3 });
  }
  // A title that was corrected is another book, and the only one.
  assert.is((await run(store, await file([rows[0]!, 'D!,E F,t,2.00,5', rows[2]!]))).added, 1);
});

test('a book is known by its ISBN however title and ISBN are written', async () => {
  const store = createRecordingStore();
  await run(store, await checked('title,topic,price,stock,isbn\nA,t,1,5,0306406152\n'));
  const again = await checked(
    'title,topic,price,stock,isbn\nA!,t,1,5,978-0-306-40615-7\nA,t,1,5,0439023483\n',
  );
  assert.equal(await run(store, again), { read: 2, added: 1, skipped: 1 });
  // A store of an earlier version keeps ISBNs as they were written.
  store.held.set(1, { ...store.held.get(1)!, isbn: '0-306-40615-2' });
  assert.equal(await run(store, again), { read: 2, added: 0, skipped: 2 });
});

test('rows that are the same are as many books, once and for all', async () => {
  const store = createRecordingStore();
  const same = [...list(2, 'titles'), ...list(2, 'titles'), ...list(1, 'titles')];
  assert.is((await run(store, same)).added, 5);
  assert.equal(await run(store, same), { read: 5, added: 0, skipped: 5 });
  assert.is((await run(store, [...same, same[0]!])).added, 1);
});

test('a row with an id and the ISBN of a book with another id is told before anything is written', async () => {
  const store = createRecordingStore();
  await run(store, list(1, 'isbns'));
  const rival = bookList([{ ...list(1, 'isbns')[0]!, id: 9 }]);
  assert.equal(impossibleRows(await compared(store, rival)), [
    'book 1: the store has its isbn as that of book 1',
  ]);
});

test('a row with the id of another book is told', async () => {
  const store = createRecordingStore();
  await run(store, list(2));
  const [first, second] = list(2);
  const other = bookList([first!, { ...second!, title: 'Another' }]);
  assert.equal(otherBooks(await compared(store, other)), ['book 2: book 2 of the store is "Book 2"']);
});

test('an update sets price and stock of those that differ and touches no other', async () => {
  const store = createRecordingStore();
  await run(store, list(5));
  const changed = list(5).map((book) => ({
    ...book,
    ...(book.id === 2 && { price: 999 }),
    ...(book.id === 4 && { stock: 8 }),
  }));
  assert.equal(await update(store, changed), { updated: 2 });
  assert.equal([store.held.get(2)?.price, store.held.get(2)?.stock], ['9.99', 1]);
  assert.equal([store.held.get(4)?.price, store.held.get(4)?.stock], [formatMoney(103), 8]);
  assert.equal(
    store.edits.map(({ changes }) => changes),
    [
      [
        { id: 2, price: '9.99' },
        { id: 4, adjust: { by: 7, reason: 'import' } },
      ],
    ],
  );
  assert.equal(await update(store, changed), { updated: 0 });
});

test('what is sold between comparison and update stays sold', async () => {
  const store = createRecordingStore();
  await run(store, [{ ...list(1)[0]!, stock: 10 }]);
  const selling: Door = {
    ...store,
    async changeBooks(changes, options) {
      store.sell(1, 3);
      return store.changeBooks(changes, options);
    },
  };
  // The list says 15, five more than the ten that were there; three of those ten were sold.
  assert.equal(await update(selling, [{ ...list(1)[0]!, stock: 15 }]), { updated: 1 });
  assert.is(store.held.get(1)?.stock, 12);
});

test('where copies are sold that were to be taken away, the row is named and no book is changed', async () => {
  const store = createRecordingStore();
  const ten = list(2).map((book) => ({ ...book, stock: 10 }));
  await run(store, ten);
  const selling: Door = {
    ...store,
    async changeBooks(changes, options) {
      store.sell(1, 5);
      return store.changeBooks(changes, options);
    },
  };
  const two = ten.map((book) => ({ ...book, stock: 2 }));
  const error = await update(selling, two).catch((error) => error);
  assert.is(error.code, 'too-few-copies');
  assert.is(error.message, 'book 1: There are too few copies. None of 2 rows was changed');
  assert.equal([store.held.get(1)?.stock, store.held.get(2)?.stock], [5, 10]);
});

test('an update that was cut off and is started again happens once', async () => {
  const store = createRecordingStore();
  await run(store, [{ ...list(1)[0]!, stock: 10 }]);
  const more = [{ ...list(1)[0]!, stock: 15 }];
  const { differences } = await compared(store, bookList(more));
  for (const _ of [1, 2]) for await (const _ of updateBooks(store, differences, LIMITS));
  assert.is(store.held.get(1)?.stock, 15);
});

test.run();
