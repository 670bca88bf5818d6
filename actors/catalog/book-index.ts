import { type Book, type BookId, MAX_NEW_BOOK_ID } from '../../runtime/domain.ts';
import { topicKey } from '../../runtime/topic.ts';

/** A book as a search shows it. */
export interface IndexedTitle {
  readonly id: BookId;
  readonly title: string;
}

/**
 * The books of one topic in id order; `version` is the log index at which the last of them was added, `bytes` what
 * they come to as JSON.
 */
export interface IndexedTopic {
  readonly books: readonly IndexedTitle[];
  readonly version: number;
  readonly bytes: number;
}

/** A topic in the list of all, as it was first written, and the number of its books. */
export interface ListedTopic {
  readonly topic: string;
  readonly books: number;
}

/** The book whose spelling of a topic is shown: the same one in whatever order books are put. */
type First = Pick<Book, 'id' | 'added' | 'topic'>;

const NO_BOOKS: IndexedTopic = { books: [], version: 0, bytes: 0 };

/**
 * All books in memory, findable by id, by topic and in id order. A book's title and topic never change, and no
 * book is ever removed, so only a new one touches the indexes.
 */
export class BookIndex {
  readonly #books = new Map<BookId, Book>();
  readonly #topics = new Map<string, IndexedTopic>();
  readonly #firsts = new Map<string, First>();
  /** The keys of `#topics` in code-unit order; sorted when they are listed, not whenever a topic is added. */
  readonly #topicKeys: string[] = [];
  #isSorted = true;
  #ids: BookId[] = [];
  #firstFreeId = 1;

  get size(): number {
    return this.#ids.length;
  }

  /** The greatest id that is at most `MAX_NEW_BOOK_ID`; 0 when there is none. */
  get lastId(): number {
    const last = this.#ids.at(-1) ?? 0;
    if (last <= MAX_NEW_BOOK_ID) return last;
    return this.#ids[firstGreater(this.#ids, (id) => id, MAX_NEW_BOOK_ID) - 1] ?? 0;
  }

  /** The least id of no book. Books are never removed, so it is looked for from where it was found last. */
  get firstFreeId(): number {
    while (this.#books.has(this.#firstFreeId)) this.#firstFreeId++;
    return this.#firstFreeId;
  }

  book(id: BookId): Book | undefined {
    return this.#books.get(id);
  }

  /** Topics are matched whole, by their `topicKey`. The answer is never changed afterwards. */
  topic(name: string): IndexedTopic {
    return this.#topics.get(topicKey(name)) ?? NO_BOOKS;
  }

  /** The books with ids greater than `after`, in id order. To be used up before anything is put. */
  *after(after: BookId): Iterable<Book> {
    for (let place = firstGreater(this.#ids, (id) => id, after); place < this.#ids.length; place++) {
      yield this.#books.get(this.#ids[place]!)!;
    }
  }

  /** The topics whose keys are greater than that of `after`, in the order of their keys. To be used up at once. */
  *topicsAfter(after: string): Iterable<ListedTopic> {
    if (!this.#isSorted) this.#topicKeys.sort();
    this.#isSorted = true;
    const keys = this.#topicKeys;
    for (let place = firstGreater(keys, (key) => key, topicKey(after)); place < keys.length; place++) {
      const { topic } = this.#firsts.get(keys[place]!)!;
      yield { topic, books: this.#topics.get(keys[place]!)!.books.length };
    }
  }

  values(): Iterable<Book> {
    return this.#books.values();
  }

  /** Puts books in their new state, the new ones of them into the indexes. */
  put(books: readonly Book[]): void {
    const added: Book[] = [];
    for (const book of books) {
      if (!this.#books.has(book.id)) added.push(book);
      this.#books.set(book.id, book);
    }
    if (added.length > 0) this.#index(added.sort(byId));
  }

  #index(added: readonly Book[]): void {
    const byTopic = new Map<string, Book[]>();
    for (const book of added) {
      const name = topicKey(book.topic);
      const books = byTopic.get(name);
      if (books) books.push(book);
      else byTopic.set(name, [book]);
    }
    for (const [name, books] of byTopic) {
      const known = this.#topics.get(name) ?? NO_BOOKS;
      const first = this.#firsts.get(name);
      if (!first) this.#listTopic(name);
      this.#firsts.set(name, firstOf(first ? [first, ...books] : books));
      const titles = books.map(({ id, title }) => ({ id, title }));
      const version = books.reduce((last, book) => Math.max(last, book.added), known.version);
      const bytes = known.bytes + Buffer.byteLength(JSON.stringify(titles));
      this.#topics.set(name, { books: merge(known.books, titles), version, bytes });
    }

    const ids = added.map((book) => book.id);
    // Books mostly come with rising ids, and then the list need not be copied.
    if (ids[0]! > (this.#ids.at(-1) ?? 0)) for (const id of ids) this.#ids.push(id);
    else this.#ids = this.#ids.concat(ids).sort((one, other) => one - other);
  }

  #listTopic(key: string): void {
    const last = this.#topicKeys.at(-1);
    if (last !== undefined && last > key) this.#isSorted = false;
    this.#topicKeys.push(key);
  }
}

/** Of books of one topic the one that was added first; of those added at once the one with the least id. */
function firstOf(books: readonly First[]): First {
  const { id, added, topic } = books.reduce((first, book) =>
    book.added < first.added || (book.added === first.added && book.id < first.id) ? book : first,
  );
  return { id, added, topic };
}

function byId(one: { readonly id: BookId }, other: { readonly id: BookId }): number {
  return one.id - other.id;
}

/** Two lists in id order as a new one. */
function merge(known: readonly IndexedTitle[], added: readonly IndexedTitle[]): readonly IndexedTitle[] {
  const both = known.concat(added);
  return known.length === 0 || known.at(-1)!.id < added[0]!.id ? both : both.sort(byId);
}

/** The books of a topic with ids greater than `after`. */
export function* titlesAfter({ books }: IndexedTopic, after: number): Iterable<IndexedTitle> {
  for (let place = firstGreater(books, ({ id }) => id, after); place < books.length; place++) {
    yield books[place]!;
  }
}

/** Place of the first of the elements, whose keys rise, with a key greater than `bound`. */
function firstGreater<T, K extends number | string>(
  elements: readonly T[],
  keyOf: (element: T) => K,
  bound: K,
): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(elements[middle]!) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
