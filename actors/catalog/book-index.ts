import { type Book, type BookId, MAX_NEW_BOOK_ID } from '../../runtime/domain.ts';
import { topicKey } from '../../runtime/topic.ts';
import { firstGreater } from './first-greater.ts';
import { IsbnIndex } from './isbn-index.ts';
import { TopicIndex } from './topic-index.ts';

/**
 * All books in memory, findable by id, by topic, by ISBN and in id order. No book is ever removed; one that is sold or gets
 * another price touches no index.
 */
export class BookIndex {
  readonly topics = new TopicIndex((id) => this.#books.get(id));
  readonly isbns = new IsbnIndex(() => this.#books.values());
  readonly #books = new Map<BookId, Book>();
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

  /** The books with ids greater than `after`, in id order. To be used up before anything is put. */
  *after(after: BookId): Iterable<Book> {
    for (let place = firstGreater(this.#ids, (id) => id, after); place < this.#ids.length; place++) {
      yield this.#books.get(this.#ids[place]!)!;
    }
  }

  values(): Iterable<Book> {
    return this.#books.values();
  }

  /** Puts books in their new state. Returns the keys of the topics whose lists changed otherwise than by new books. */
  put(books: readonly Book[]): readonly string[] {
    const added: Book[] = [];
    let touched: string[] | undefined;
    for (const book of books) {
      const before = this.#books.get(book.id);
      this.#books.set(book.id, book);
      if (!before) added.push(book);
      else if (isListedOtherwise(before, book)) touched = [...(touched ?? []), ...this.#move(before, book)];
    }
    if (added.length > 0) this.#index(added.sort((one, other) => one.id - other.id));
    return touched ?? NONE;
  }

  #move(before: Book, book: Book): readonly string[] {
    this.isbns.replace(before, book);
    const topics = [before, book].filter(({ retired }) => !retired).map(({ topic }) => topicKey(topic));
    if (!before.retired) this.topics.remove(before);
    if (!book.retired) this.topics.add([book]);
    for (const key of topics) this.topics.note(key, book.version);
    return topics;
  }

  #index(added: readonly Book[]): void {
    for (const book of added) this.isbns.add(book);
    this.topics.add(added.filter(({ retired }) => !retired));
    const ids = added.map((book) => book.id);
    // Books mostly come with rising ids, and then the list need not be copied.
    if (ids[0]! > (this.#ids.at(-1) ?? 0)) for (const id of ids) this.#ids.push(id);
    else this.#ids = this.#ids.concat(ids).sort((one, other) => one - other);
  }
}

const NONE: readonly string[] = [];

/** The texts of a book that is only sold are the very same ones, so this costs next to nothing. */
function isListedOtherwise(before: Book, { title, topic, isbn, retired }: Book): boolean {
  return (
    title !== before.title || topic !== before.topic || isbn !== before.isbn || retired !== before.retired
  );
}
