import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBookFinder } from '../../actors/catalog/find/book-finder.ts';
import { wordsOf } from '../../actors/catalog/find/words.ts';
import type { NewBook } from '../../runtime/domain.ts';
import type { FindQuery } from '../../runtime/finding.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { MESSAGES } from '../../runtime/messages.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { manualClock } from '../support/manual-clock.ts';
import { addBooks, newBook, openReplica, purchase, type Replica } from './support.ts';

const options = { maxPageBytes: 1024 * 1024, checked() {} };

const SHELF: readonly NewBook[] = [
  newBook(1, { title: 'Pride and Prejudice', authors: 'Jane Austen', topic: 'novels', price: 900 }),
  newBook(2, { title: 'It Ends with Us', authors: 'Colleen Hoover', topic: 'novels', price: 700, stock: 0 }),
  newBook(3, { title: 'It', authors: 'Stephen King', topic: 'horror', price: 1200, year: 1986 }),
  newBook(4, { title: 'Die Straße', authors: 'Émile Ångström', topic: 'Wörter', price: 700, year: 2001 }),
  newBook(5, { title: "The Handmaid's Tale", authors: 'Margaret Atwood', topic: 'novels', year: 1985 }),
  newBook(6, { title: 'Cooking', authors: 'It Novels', topic: 'food', isbn: '0-306-40615-2' }),
  newBook(7, { title: 'ノルウェイの森', authors: '村上春樹', topic: 'novels' }),
];

async function shelf(books = SHELF, changes: Partial<Limits> = {}) {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(addBooks('books', books));
  const clock = manualClock();
  const finder = createBookFinder({ clock, limits: { ...DEFAULT_LIMITS, ...changes } });
  const page = async (query: Partial<FindQuery>) => {
    const asked = { sort: 'relevance', limit: 100, ...query } as const;
    const reply = await finder.find(() => replica.state, asked, options);
    MESSAGES['read.find'].reply.parse(reply);
    return reply;
  };
  const find = async (query: Partial<FindQuery> | string) =>
    (await page(typeof query === 'string' ? { q: query } : query)).books.map(({ id }) => id);
  return { replica, finder, clock, page, find };
}

test('words are told without accents, capitals, apostrophes and punctuation, in any script', () => {
  assert.equal(wordsOf("O'Brien: Über-Straße, 2nd ed."), ['obrien', 'uber', 'strasse', '2nd', 'ed']);
  assert.equal(wordsOf('ŁÓDŹ Ærø İstanbul ﬁn'), ['lodz', 'aero', 'istanbul', 'fin']);
  assert.equal(wordsOf('ノルウェイの森 abc').slice(-2), ['森', 'abc']);
  assert.equal(wordsOf('Война и мир'), ['воина', 'и', 'мир']);
  assert.equal(wordsOf('?! – …'), []);
});

test('a book is found by words of its title, authors and topic, and by their beginnings', async () => {
  const { find } = await shelf();
  assert.equal(await find('pride'), [1]);
  assert.equal(await find('PREJ austen'), [1]);
  assert.equal(await find('strasse angstrom worter'), [4]);
  assert.equal(await find('handmaids'), [5]);
  assert.equal(await find('森'), [7]);
  assert.equal(await find('pride a'), [1]);
  assert.equal(await find('a pride'), [], 'a letter alone is the beginning of a word only at the end');
  assert.equal(await find('pride horror'), []);
  assert.equal(await find('?!'), []);
  assert.equal(await find(''), []);
});

test('what fits best comes first: the word itself, in a short title, before authors and topics', async () => {
  const { find } = await shelf();
  assert.equal(await find('it'), [3, 2, 6]);
  assert.equal(await find('novels'), [6, 1, 5, 2, 7]);
});

test('words that are spelled a little differently are found where nothing has them as they are', async () => {
  const { find } = await shelf();
  assert.equal(await find('prejudise'), [1]);
  assert.equal(await find('jame austin'), [1]);
  assert.equal(await find('coking'), [6]);
  assert.equal(await find('ti'), [], 'not in words of three letters or less');
});

test('an ISBN finds its book, with ten digits or thirteen, with hyphens or without', async () => {
  const { find } = await shelf();
  for (const q of ['0306406152', '978-0-306-40615-7', '9780306406157', ' 0 306 40615 2 '])
    assert.equal(await find(q), [6], q);
  assert.equal(await find({ isbn: '9780306406157' }), [6]);
  assert.equal(await find({ isbn: '9780306406157', q: 'cooking' }), [6]);
  assert.equal(await find({ isbn: '9780306406157', q: 'pride' }), []);
  assert.equal(await find('97803064061'), [6], 'its beginning');
  assert.equal(await find({ isbn: '97803064061' }), [], 'as a fact it is whole');
});

test('topic and stock narrow what is found, and without words all books are found', async () => {
  const { find, finder, replica } = await shelf();
  assert.equal(await find({}), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(await find({ topic: 'NOVELS' }), [1, 2, 5, 7]);
  assert.equal(await find({ topic: 'novels', inStock: true, q: 'it' }), []);
  assert.equal(await find({ inStock: true, q: 'it' }), [3, 6]);
  finder.changed(replica.apply(purchase('all', [{ id: 3, quantity: 10 }])).changes);
  assert.equal(await find({ inStock: true, q: 'it' }), [6], 'as it is now');
});

test('books are sorted by any fact, equal ones by id, those without a year last', async () => {
  const { find } = await shelf();
  assert.equal(await find({ sort: 'price' }), [2, 4, 1, 5, 6, 7, 3]);
  assert.equal(await find({ sort: '-price' }), [3, 5, 6, 7, 1, 2, 4]);
  assert.equal(await find({ sort: 'title', q: 'it' }), [6, 3, 2]);
  assert.equal((await find({ sort: 'stock' }))[0], 2);
  assert.equal((await find({ sort: '-stock' })).at(-1), 2);
  assert.equal((await find({ sort: 'year' })).slice(0, 3), [5, 3, 4]);
  assert.equal((await find({ sort: '-year' })).slice(0, 4), [4, 3, 5, 1]);
  assert.equal(await find({ sort: 'id', q: 'it' }), [2, 3, 6]);
});

test('whoever follows the pages meets each book once, in whatever order', async () => {
  const { page, find } = await shelf();
  for (const sort of ['relevance', 'title', 'price', '-price', '-stock', '-year'] as const) {
    const ids: number[] = [];
    for (let after: FindQuery['after']; ; ) {
      const { books, next } = await page({ sort, limit: 2, after });
      ids.push(...books.map(({ id }) => id));
      if (next === null) break;
      after = next;
    }
    assert.equal(ids, await find({ sort }), sort);
  }
});

test('books that come later are found at once, also after a snapshot has replaced the state', async () => {
  const { replica, finder, page, find } = await shelf();
  assert.equal(await find('zebra'), []);
  const { changes } = replica.apply(addBooks('more', [newBook(20, { title: 'Zebra' })]));
  finder.changed(changes);
  assert.equal(await find('zebra'), [20]);
  assert.is((await page({ q: 'zebra' })).asOf, replica.state.applied.index);
  await replica.flush();
  const other: Replica = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  const found = await finder.find(() => other.state, { q: 'zebra', sort: 'relevance', limit: 5 }, options);
  assert.equal(
    found.books.map(({ id }) => id),
    [20],
  );
});

test('the index is made in pieces with rests, once for all who wait', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => newBook(n + 1, { title: `Book ${n} of many` }));
  const { replica, finder, clock } = await shelf(many, { findPieceBooks: 100, findRestMs: 10 });
  assert.is(clock.pending, 0);
  let checks = 0;
  const checked = () => void checks++;
  const query = { q: '999', sort: 'relevance', limit: 5 } as const;
  const both = [1, 2].map(() => finder.find(() => replica.state, query, { ...options, checked }));
  let done = 0;
  for (const one of both) void one.then(() => void done++);
  await clock.elapse(75);
  assert.is(done, 0);
  await clock.elapse(30);
  assert.is(done, 2);
  assert.ok(checks <= 22, `${checks}`);
  const [first] = await Promise.all(both);
  assert.is(first!.books[0]!.id, 1000);
});

test('the index is made a little a tick before anybody looks, who then waits for nothing', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => newBook(n + 1));
  const { replica, finder, clock, find } = await shelf(many, { findPieceBooks: 100, findTendBooks: 90 });
  for (let tick = 0; tick < 10; tick++) finder.tend(replica.state);
  assert.equal(await find('7'), [7]);
  assert.is(clock.pending, 0);
  const { changes } = replica.apply(addBooks('more', [newBook(2_000, { title: 'Zebra' })]));
  finder.changed(changes);
  assert.equal(await find('zebra'), [2_000]);
});

test('in a tick in which something was sold less of the index is made, but not in one with new books', async () => {
  const many = Array.from({ length: 100 }, (_, n) => newBook(n + 1));
  const bounds = { findPieceBooks: 10, findTendBooks: 50, findTendBusyBooks: 5 };
  for (const [command, waits] of [
    [(key: string) => purchase(key, [{ id: 1, quantity: 1 }]), true],
    [(key: string) => addBooks(key, [newBook(undefined)]), false],
  ] as const) {
    const { replica, finder, clock, find } = await shelf(many, bounds);
    for (const key of ['a', 'b']) {
      finder.changed(replica.apply(command(key)).changes);
      finder.tend(replica.state);
    }
    const found = find('7');
    assert.is(clock.pending > 0, waits);
    await clock.elapse(1_000);
    assert.equal(await found, [7]);
  }
});

test('the index of very many books is not made before somebody looks', async () => {
  const many = Array.from({ length: 300 }, (_, n) => newBook(n + 1));
  const { replica, finder, clock, find } = await shelf(many, { findPieceBooks: 100, maxFindTended: 299 });
  for (let tick = 0; tick < 10; tick++) finder.tend(replica.state);
  const found = find('7');
  assert.ok(clock.pending > 0);
  await clock.elapse(100);
  assert.equal(await found, [7]);
});

test('whoever gives up while the index is made leaves what is made', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => newBook(n + 1));
  const { replica, finder, clock } = await shelf(many, { findPieceBooks: 100, findRestMs: 10 });
  const query = { q: '7', sort: 'relevance', limit: 5 } as const;
  const start = clock.monotonic();
  const late = () => {
    if (clock.monotonic() > start + 45) throw new Error('too late');
  };
  const given = finder.find(() => replica.state, query, { ...options, checked: late });
  const failed = given.then(
    () => 'found',
    (error: Error) => error.message,
  );
  await clock.elapse(60);
  assert.is(await failed, 'too late');
  const again = finder.find(() => replica.state, query, options);
  await clock.elapse(55);
  assert.is((await again).books[0]!.id, 7);
});

test('a page is bounded by bytes, and a search looks for a bounded number of words', async () => {
  const long = 'x'.repeat(450);
  const { replica, finder, find } = await shelf(
    Array.from({ length: 50 }, (_, n) => newBook(n + 1, { title: `${long} ${n}` })),
  );
  const asked = { sort: 'id', limit: 100 } as const;
  const reply = await finder.find(() => replica.state, asked, { ...options, maxPageBytes: 5_000 });
  assert.ok(reply.books.length > 2 && reply.books.length < 10);
  assert.equal(reply.next, { key: 0, id: reply.books.length });
  const words = Array.from({ length: DEFAULT_LIMITS.maxFindWords }, () => 'xxx').map((w, n) =>
    w.slice(n % 3),
  );
  assert.is((await find(`${words.join(' ')} book`)).length, 0);
});

test.run();
