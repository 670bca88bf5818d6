import type { Book, BookId } from '../../runtime/domain.ts';
import { topicKey } from '../../runtime/topic.ts';
import { firstGreater } from './first-greater.ts';

/** A book as a search shows it. */
export interface IndexedTitle {
  readonly id: BookId;
  readonly title: string;
}

/**
 * The books of one topic in id order; `version` is the log index at which the list changed last, `bytes` what they come to
 * as JSON.
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

/** The books that are on sale by their topics, which are matched whole, by their `topicKey`. */
export class TopicIndex {
  readonly #bookOf: (id: BookId) => Book | undefined;
  readonly #topics = new Map<string, IndexedTopic>();
  readonly #firsts = new Map<string, First>();
  /** The keys of topics that have books, in code-unit order; sorted when they are listed, not whenever one is added. */
  #keys: string[] = [];
  #isSorted = true;

  constructor(bookOf: (id: BookId) => Book | undefined) {
    this.#bookOf = bookOf;
  }

  /** The answer is never changed afterwards. */
  topic(name: string): IndexedTopic {
    return this.#topics.get(topicKey(name)) ?? NO_BOOKS;
  }

  /** The topics whose keys are greater than that of `after`, in the order of their keys. To be used up at once. */
  *after(after: string): Iterable<ListedTopic> {
    if (!this.#isSorted) this.#keys.sort();
    this.#isSorted = true;
    const keys = this.#keys;
    for (let place = firstGreater(keys, (key) => key, topicKey(after)); place < keys.length; place++) {
      const { topic } = this.#firsts.get(keys[place]!)!;
      yield { topic, books: this.#topics.get(keys[place]!)!.books.length };
    }
  }

  /** Takes books in that are in none of the lists, in id order. */
  add(books: readonly Book[]): void {
    const byTopic = new Map<string, Book[]>();
    for (const book of books) {
      const key = topicKey(book.topic);
      const others = byTopic.get(key);
      if (others) others.push(book);
      else byTopic.set(key, [book]);
    }
    for (const [key, added] of byTopic) this.#extend(key, added);
  }

  /** A book leaves the list of the topic that it had. */
  remove({ id, title, topic }: Book): void {
    const key = topicKey(topic);
    const known = this.#topics.get(key) ?? NO_BOOKS;
    const books = known.books.filter((one) => one.id !== id);
    if (books.length === known.books.length) return;
    this.#topics.set(key, { ...known, books, bytes: Math.max(0, known.bytes - bytesOf([{ id, title }])) });
    if (books.length === 0) {
      this.#firsts.delete(key);
      this.#keys = this.#keys.filter((one) => one !== key);
    } else if (this.#firsts.get(key)!.id === id) {
      this.#firsts.set(key, firstOf(books.map((one) => this.#bookOf(one.id)!)));
    }
  }

  /** The list of a topic, by its key, changed at this log index. */
  note(key: string, version: number): void {
    const known = this.#topics.get(key) ?? NO_BOOKS;
    if (version > known.version) this.#topics.set(key, { ...known, version });
  }

  #extend(key: string, added: readonly Book[]): void {
    const known = this.#topics.get(key) ?? NO_BOOKS;
    const first = this.#firsts.get(key);
    if (!first) this.#list(key);
    this.#firsts.set(key, firstOf(first ? [first, ...added] : added));
    const titles = added.map(({ id, title }) => ({ id, title }));
    const version = added.reduce((last, book) => Math.max(last, book.added), known.version);
    const bytes = known.bytes + bytesOf(titles);
    this.#topics.set(key, { books: merge(known.books, titles), version, bytes });
  }

  #list(key: string): void {
    const last = this.#keys.at(-1);
    if (last !== undefined && last > key) this.#isSorted = false;
    this.#keys.push(key);
  }
}

/** Of books of one topic the one that was added first; of those added at once the one with the least id. */
function firstOf(books: readonly First[]): First {
  const { id, added, topic } = books.reduce((first, book) =>
    book.added < first.added || (book.added === first.added && book.id < first.id) ? book : first,
  );
  return { id, added, topic };
}

function bytesOf(titles: readonly IndexedTitle[]): number {
  return Buffer.byteLength(JSON.stringify(titles));
}

/** Two lists in id order as a new one. */
function merge(known: readonly IndexedTitle[], added: readonly IndexedTitle[]): readonly IndexedTitle[] {
  const both = known.concat(added);
  const isInOrder = known.length === 0 || known.at(-1)!.id < added[0]!.id;
  return isInOrder ? both : both.sort((one, other) => one.id - other.id);
}

/** The books of a topic with ids greater than `after`. */
export function* titlesAfter({ books }: IndexedTopic, after: number): Iterable<IndexedTitle> {
  for (let place = firstGreater(books, ({ id }) => id, after); place < books.length; place++) {
    yield books[place]!;
  }
}
