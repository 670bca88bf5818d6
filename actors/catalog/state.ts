import {
  type Book,
  type BookChange,
  type BookEvent,
  type BookId,
  isNote,
  KEPT_BOOK_EVENTS,
  type Key,
  type LogCommand,
  type Order,
  type Result,
} from '../../runtime/domain.ts';
import type { Entry } from '../../runtime/messages.ts';
import { keysUnder, ORDER_PREFIX, orderKey } from '../../storage/keys.ts';
import { LOG_START, type Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Applied, Restoring, StateMachine } from '../raft/state-machine.ts';
import { decide } from './decide.ts';
import type { Recorded, View } from './decision.ts';
import { type BooksSlice, fillPage, nextOf, type OrdersSlice } from './page.ts';
import { readRecords } from './read-records.ts';
import { recordKey } from './recall.ts';
import * as records from './records.ts';
import type { RefusalIndex } from './refusal-index.ts';
import { StateRecords } from './state-records.ts';
import type { IndexedTopic, ListedTopic } from './topic-index.ts';

const NOTHING: Applied<Result, BookChange> = { result: null, changes: [] };

/**
 * The state that the catalogs replicate: books, which are all in memory, and what was recorded under keys (orders
 * and admin requests), which is in the store. The digest is that of all these records as they are stored.
 */
export class CatalogState implements StateMachine<LogCommand, Result, BookChange>, View {
  readonly #generation: number;
  readonly #store: Store;
  readonly #records: StateRecords;
  #applied = LOG_START;
  #taken = LOG_START;
  #restores = 0;

  private constructor(store: Store, generation: number) {
    this.#store = store;
    this.#generation = generation;
    this.#records = new StateRecords(store, generation);
  }

  /**
   * The state as it was last persisted; empty in a new store. What abandoned snapshots left behind is removed.
   * Rejects with a `DamagedStoreError` if the records are not the ones that were written, and with a `NewerDataError` if
   * the log was raised to a level that this program does not know.
   */
  static async load(store: Store): Promise<CatalogState> {
    const generation = await records.currentGeneration(store);
    const state = new CatalogState(store, generation);
    const { prefix, refusals, digest } = state.#records;
    const parts = { store, prefix, refusals, digest };
    state.#standAt(await readRecords(parts, (given) => state.#records.shelve(given)));
    for (const range of records.otherGenerations(generation)) await store.clear(range);
    return state;
  }

  get prefix(): string {
    return this.#records.prefix;
  }

  /** The refused orders on record, by time. */
  get refusals(): RefusalIndex {
    return this.#records.refusals;
  }

  get applied(): Position {
    return this.#applied;
  }

  get digest(): string {
    this.#records.settle();
    return this.#records.digest.toString();
  }

  apply(position: Position, entry: Entry): Applied<Result, BookChange> {
    if (position.index !== this.#applied.index + 1) {
      throw new Error(`entry ${position.index} does not follow ${this.#applied.index}, the last applied`);
    }
    this.#applied = position;
    const { command, at } = entry;
    if (command === null) return NOTHING;
    if (isNote(command)) {
      this.#records.enact(command);
      return NOTHING;
    }
    const { result, books, record, changed } = decide(this, command, { index: position.index, at });
    if (record) this.#records.record(recordKey(command), record);
    this.#records.putBooks(books, position.index);
    if (!changed) return { result, changes: books.map((book) => records.asChange(book, at)) };
    this.#records.remember(changed);
    return { result, changes: changed.map((one) => records.asChangeOfWords(one, at)) };
  }

  get untaken(): { readonly operations: number; readonly bytes: number } {
    return this.#records.untaken;
  }

  takeOperations(): StoreOperation[] {
    if (this.#taken === this.#applied) return [];
    this.#taken = this.#applied;
    return this.#records.take(this.#applied);
  }

  persisted(): void {
    this.#records.overlay.persisted();
  }

  readPersisted(store: Store): { position: Position; digest: string } | undefined {
    return records.readApplied(store, this.prefix);
  }

  restore(): Restoring<CatalogState> {
    // Another prefix for each attempt: what an abandoned one still writes does not get into the next.
    const generation = this.#generation + ++this.#restores;
    const state = new CatalogState(this.#store, generation);
    const given = state.#records;
    const { prefix } = given;
    return {
      prefix,
      accept: (pieces) => given.accept(pieces),
      amend(pieces) {
        given.overlay.persisted();
        for (const [key] of pieces) given.forget(key);
        return given.accept(pieces.filter((record): record is [string, string] => record[1] !== null));
      },
      finish(at, digest) {
        if (state.digest !== digest) return undefined;
        state.#standAt(at);
        const switchOver = [records.putApplied(prefix, at, given.digest), records.putGeneration(generation)];
        return { state, switchOver };
      },
    };
  }

  /** The number of books. */
  get size(): number {
    return this.#records.shelf.size;
  }

  get lastId(): BookId {
    return this.#records.shelf.lastId;
  }

  get firstFreeId(): BookId {
    return this.#records.shelf.firstFreeId;
  }

  get boot(): string | undefined {
    return this.#records.boot;
  }

  get level(): number {
    return this.#records.level;
  }

  book(id: BookId): Book | undefined {
    return this.#records.shelf.book(id);
  }

  books(): Iterable<Book> {
    return this.#records.shelf.values();
  }

  /** Ids and titles of a topic, matched whole and in any case. */
  topic(name: string): IndexedTopic {
    return this.#records.shelf.topics.topic(name);
  }

  /** The topics after `after`, which need not be one of them, in the order of their keys. */
  topicsAfter(after: string): Iterable<ListedTopic> {
    return this.#records.shelf.topics.after(after);
  }

  /** A page of books after the id `after`, in id order; `next` is the id to go on after, null at the end. */
  booksAfter(after: BookId, limit: number, maxBytes = Number.POSITIVE_INFINITY): BooksSlice {
    const page = fillPage(this.#records.shelf.after(after), { limit, maxBytes });
    return { books: page.elements, next: nextOf(page, ({ id }) => id), bytes: page.bytes };
  }

  /** Goes on with what is made after the start. */
  tend(books: number): void {
    this.#records.shelf.isbns.takeUp(books);
  }

  withIsbn(isbn: string, but?: BookId): BookId | undefined {
    return this.#records.shelf.isbns.find(isbn, but);
  }

  /** The changes of a book that are remembered, the latest first, from the one before the number `before` on. */
  *changesOf({ id, changes = 0 }: Book, before = Number.POSITIVE_INFINITY): Iterable<BookEvent> {
    const oldest = Math.max(1, changes - KEPT_BOOK_EVENTS + 1);
    for (let number = Math.min(changes, before - 1); number >= oldest; number--) {
      yield this.#records.event(id, number);
    }
  }

  recorded(key: string): Recorded | undefined {
    return this.#records.recorded(key);
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
    const bounds = { limit, maxBytes };
    const page = await this.#records.overlay.page(range, bounds, records.outsideBytes, checked);
    const orders = page.elements.map(([, text]) => records.orderOf(JSON.parse(text) as Recorded));
    return { orders, next: page.more ? (orders.at(-1)?.orderId ?? null) : null, bytes: page.bytes };
  }

  /** The records are the right ones, and what they show is the state after the entry at `position`. */
  #standAt(position: Position): void {
    this.#applied = position;
    this.#taken = position;
  }
}
