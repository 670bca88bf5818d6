import type { Book, BookChange, BookId, Key, LogCommand, Order, Result } from '../../runtime/domain.ts';
import type { Entry } from '../../runtime/messages.ts';
import {
  BOOK_PREFIX,
  BOOT_KEY,
  bookKey,
  generationPrefix,
  keysUnder,
  ORDER_PREFIX,
  orderKey,
} from '../../storage/keys.ts';
import { LOG_START, type Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Applied, RecordSums, Restoring, StateMachine } from '../raft/state-machine.ts';
import { BookIndex, type IndexedTopic, type ListedTopic } from './book-index.ts';
import { decide, type Recorded, recordKey, type View } from './decide.ts';
import { type RecordHash, recordChecksum, recordHash, SetDigest } from './digest.ts';
import { type KeyedText, Overlay } from './overlay.ts';
import { type BooksSlice, fillPage, nextOf, type OrdersSlice } from './page.ts';
import { readRecords } from './read-records.ts';
import * as records from './records.ts';
import { RefusalIndex } from './refusal-index.ts';

const NOTHING: Applied<Result, BookChange> = { result: null, changes: [] };

/**
 * The state that the catalogs replicate: books, which are all in memory, and what was recorded under keys (orders
 * and admin requests), which is in the store. The digest is that of all these records as they are stored.
 */
export class CatalogState implements StateMachine<LogCommand, Result, BookChange>, View {
  readonly prefix: string;
  /** The refused orders on record, by time. */
  readonly refusals: RefusalIndex;
  readonly #generation: number;
  readonly #store: Store;
  readonly #shelf = new BookIndex();
  readonly #overlay: Overlay;
  readonly #digest = new SetDigest();
  /** The parts in the digest of books that have changed since the start, to be taken out when they change again. */
  readonly #bookHashes = new Map<BookId, RecordHash>();
  /** Books whose present state is in neither the overlay nor the digest yet. */
  readonly #changed = new Set<BookId>();
  #changedBytes = 0;
  /** The last start of the store that stands in the log. */
  #boot: string | undefined;
  #applied = LOG_START;
  #taken = LOG_START;
  #restores = 0;

  private constructor(store: Store, generation: number) {
    this.#store = store;
    this.#generation = generation;
    this.prefix = generationPrefix(generation);
    this.#overlay = new Overlay(store, this.prefix);
    const parts = { prefix: this.prefix, overlay: this.#overlay, digest: this.#digest };
    this.refusals = new RefusalIndex({ store, ...parts });
  }

  /**
   * The state as it was last persisted; empty in a new store. What abandoned snapshots left behind is removed.
   * Rejects with a `DamagedStoreError` if the records are not the ones that were written.
   */
  static async load(store: Store): Promise<CatalogState> {
    const generation = await records.currentGeneration(store);
    const state = new CatalogState(store, generation);
    const { prefix, refusals } = state;
    const parts = { store, prefix, refusals, digest: state.#digest };
    state.#standAt(await readRecords(parts, (given) => state.#shelve(given)));
    for (const range of records.otherGenerations(generation)) await store.clear(range);
    return state;
  }

  get applied(): Position {
    return this.#applied;
  }

  get digest(): string {
    this.#settle();
    return this.#digest.toString();
  }

  apply(position: Position, entry: Entry): Applied<Result, BookChange> {
    if (position.index !== this.#applied.index + 1) {
      throw new Error(`entry ${position.index} does not follow ${this.#applied.index}, the last applied`);
    }
    this.#applied = position;
    const { command, at } = entry;
    if (command === null) return NOTHING;
    if (command.kind === 'boot') {
      this.#putBoot(command.boot);
      return NOTHING;
    }
    if (command.kind === 'expire') {
      for (const refusal of command.refusals) this.refusals.forget(refusal);
      return NOTHING;
    }
    const { result, books, record } = decide(this, command, { index: position.index, at });
    if (record) this.#record(recordKey(command), record);
    if (books.length > 0) this.#shelf.put(books);
    for (const book of books) this.#change(book);
    return { result, changes: books.map((book) => records.asChange(book, at)) };
  }

  get untaken(): { readonly operations: number; readonly bytes: number } {
    const { operations, bytes } = this.#overlay.untaken;
    return { operations: operations + this.#changed.size, bytes: bytes + this.#changedBytes };
  }

  takeOperations(): StoreOperation[] {
    if (this.#taken === this.#applied) return [];
    this.#taken = this.#applied;
    this.#settle();
    const operations = this.#overlay.take();
    operations.push(records.putApplied(this.prefix, this.#applied, this.#digest));
    return operations;
  }

  persisted(): void {
    this.#overlay.persisted();
  }

  readPersisted(store: Store): ({ position: Position } & RecordSums) | undefined {
    return records.readPlace(store, this.prefix);
  }

  restore(): Restoring<CatalogState> {
    // Another prefix for each attempt: what an abandoned one still writes does not get into the next.
    const generation = this.#generation + ++this.#restores;
    const state = new CatalogState(this.#store, generation);
    const { prefix } = state;
    return {
      prefix,
      accept(given) {
        state.#shelve(given);
        for (const [key, value] of given) {
          if (records.isDigested(key)) state.#digest.addChecksum(recordChecksum(key, value));
        }
        return given.map(([key, value]) => ({ type: 'put', key: prefix + key, value }));
      },
      amend(given) {
        state.#overlay.persisted();
        for (const [key] of given) state.#forget(key);
        const present = given.filter((record): record is [string, string] => record[1] !== null);
        this.accept(present);
        for (const [key, value] of present) state.#overlay.put(key, value);
        return state.#overlay.take();
      },
      finish(at, { digest, checksum }) {
        if (state.#digest.checksum !== checksum) return undefined;
        state.#digest.adopt(digest);
        state.#standAt(at);
        const switchOver = [records.putApplied(prefix, at, state.#digest), records.putGeneration(generation)];
        return { state, switchOver };
      },
    };
  }

  /** The number of books. */
  get size(): number {
    return this.#shelf.size;
  }

  get lastId(): BookId {
    return this.#shelf.lastId;
  }

  get firstFreeId(): BookId {
    return this.#shelf.firstFreeId;
  }

  book(id: BookId): Book | undefined {
    return this.#shelf.book(id);
  }

  books(): Iterable<Book> {
    return this.#shelf.values();
  }

  /** Ids and titles of a topic, matched whole and in any case. */
  topic(name: string): IndexedTopic {
    return this.#shelf.topic(name);
  }

  /** The topics after `after`, which need not be one of them, in the order of their keys. */
  topicsAfter(after: string): Iterable<ListedTopic> {
    return this.#shelf.topicsAfter(after);
  }

  /** A page of books after the id `after`, in id order; `next` is the id to go on after, null at the end. */
  booksAfter(after: BookId, limit: number, maxBytes = Number.POSITIVE_INFINITY): BooksSlice {
    const page = fillPage(this.#shelf.after(after), { limit, maxBytes });
    return { books: page.elements, next: nextOf(page, ({ id }) => id), bytes: page.bytes };
  }

  get boot(): string | undefined {
    return this.#boot;
  }

  recorded(key: string): Recorded | undefined {
    const text = this.#overlay.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Recorded);
  }

  order(orderId: Key): Order | undefined {
    const record = this.recorded(orderKey(orderId));
    return record && records.orderOf(record);
  }

  /**
   * A page of orders after the order id `after`, in code-unit order; `next` as for books. `checked` is called before
   * each piece that is read, and ends the reading by throwing.
   */
  async ordersAfter(
    after: string,
    limit: number,
    maxBytes = Number.POSITIVE_INFINITY,
    checked = () => {},
  ): Promise<OrdersSlice> {
    const range = { after: orderKey(after), before: keysUnder(ORDER_PREFIX).lt };
    const page = await this.#overlay.page(range, { limit, maxBytes }, records.outsideBytes, checked);
    const orders = page.elements.map(([, text]) => records.orderOf(JSON.parse(text) as Recorded));
    return { orders, next: page.more ? (orders.at(-1)?.orderId ?? null) : null, bytes: page.bytes };
  }

  #putBoot(boot: string): void {
    if (this.#boot !== undefined) this.#digest.remove(recordHash(BOOT_KEY, this.#boot));
    this.#digest.add(recordHash(BOOT_KEY, boot));
    this.#overlay.put(BOOT_KEY, boot);
    this.#boot = boot;
  }

  #record(key: string, record: Recorded): void {
    const text = JSON.stringify(record);
    this.#digest.add(recordHash(key, text));
    this.#overlay.put(key, text);
    this.refusals.note(record);
  }

  #change(book: Book): void {
    if (this.#changed.has(book.id)) return;
    this.#changed.add(book.id);
    this.#changedBytes += records.bookLength(book);
  }

  /** Brings overlay and digest up to the books' present state: once per book, however often it was sold. */
  #settle(): void {
    for (const id of this.#changed) {
      const key = bookKey(id);
      const text = JSON.stringify(this.#shelf.book(id));
      const hash = recordHash(key, text);
      const old = this.#bookHashes.get(id) ?? this.#hashOf(key);
      if (old) this.#digest.remove(old);
      this.#digest.add(hash);
      this.#bookHashes.set(id, hash);
      this.#overlay.put(key, text);
    }
    this.#changed.clear();
    this.#changedBytes = 0;
  }

  /** What a record is in the digest as it stands; nothing where there is none. */
  #hashOf(key: string): RecordHash | undefined {
    const text = this.#overlay.get(key);
    return text === undefined ? undefined : recordHash(key, text);
  }

  /**
   * Takes the books in from records as they lie in a store or a snapshot, a page at a time, so that no turn of the event
   * loop has to read all. Until a sum has been compared nothing says that they are the right ones.
   */
  #shelve(given: readonly KeyedText[]): void {
    const books: Book[] = [];
    for (const [key, text] of given) {
      if (key === BOOT_KEY) this.#boot = text;
      if (!key.startsWith(BOOK_PREFIX)) continue;
      const book = records.readBook(text);
      if (book) books.push(book);
    }
    this.#shelf.put(books);
  }

  /** Takes a record out that a snapshot gave and that has changed since. */
  #forget(key: string): void {
    const text = this.#overlay.get(key);
    if (text === undefined) return;
    this.#overlay.remove(key);
    if (records.isDigested(key)) this.#digest.removeChecksum(recordChecksum(key, text));
  }

  /** The records are the right ones, and what they show is the state after the entry at `position`. */
  #standAt(position: Position): void {
    this.#applied = position;
    this.#taken = position;
  }
}
