import {
  type Book,
  type BookChange,
  type BookId,
  type Customer,
  isNote,
  type Key,
  type LogCommand,
  type Order,
  type Result,
} from '../../runtime/domain.ts';
import { keysUnder, ORDER_PREFIX, orderKey } from '../../storage/keys.ts';
import { LOG_START, type Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Applied, Committed, RecordSums, Restoring, StateMachine } from '../replica/state-machine.ts';
import type { AskedService } from './asked-service.ts';
import type { BookHistories } from './book-histories.ts';
import { decide } from './decide.ts';
import type { Recorded, Stamp, View } from './decision.ts';
import { enactDecision } from './enact-decision.ts';
import type { OpenHold } from './hold-queue.ts';
import { expireHold, MAX_EXPIRED_PER_ENTRY } from './holds.ts';
import type { LogTime } from './log-time.ts';
import { type BooksSlice, fillPage, nextOf, type OrdersSlice } from './page.ts';
import { checkResting, type RestingRecords, readRecords } from './read-records.ts';
import * as records from './records.ts';
import type { RefusalIndex } from './refusal-index.ts';
import { StateRecords } from './state-records.ts';
import type { IndexedTopic, ListedTopic } from './topic-index.ts';

const NO_BOOKS: readonly Book[] = [];
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
   * The state as it was last persisted, all of it checked; empty in a new store. What abandoned snapshots left behind is
   * removed. Rejects with a `DamagedStoreError` if the records are not the ones that were written, and with a
   * `NewerDataError` if the log was raised to a level that this program does not know.
   */
  static async load(store: Store): Promise<CatalogState> {
    const { state, resting } = await CatalogState.open(store);
    if (resting) for await (const _ of checkResting(resting));
    return state;
  }

  /** As `load`, of which only what is held in memory has been checked. `resting` is to be, as the records lie there now. */
  static async open(store: Store): Promise<{ state: CatalogState; resting?: RestingRecords }> {
    const generation = await records.currentGeneration(store);
    const state = new CatalogState(store, generation);
    const { position, resting } = await readRecords(store, state.#records);
    state.#standAt(position);
    for (const range of records.otherGenerations(generation)) await store.clear(range);
    return { state, resting };
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

  apply(position: Position, entry: Committed<LogCommand>): Applied<Result, BookChange> {
    if (position.index !== this.#applied.index + 1) {
      throw new Error(`entry ${position.index} does not follow ${this.#applied.index}, the last applied`);
    }
    this.#applied = position;
    this.#records.passTime(entry);
    const { command, at } = entry;
    const stamp = { index: position.index, at };
    const due = this.#isDue() ? this.#expire(stamp) : NO_BOOKS;
    if (command === null || isNote(command)) {
      if (command) this.#records.enact(command);
      return due === NO_BOOKS ? NOTHING : { result: null, changes: this.#changesOf(due, at) };
    }
    const decision = decide(this, command, stamp);
    enactDecision(this.#records, command, decision, position.index);
    const { result, books, changed } = decision;
    if (changed) {
      for (const one of changed) this.#records.remember(one);
      const changes = changed.map((one) => records.asChangeOfWords(one, at));
      return { result, changes: [...this.#changesOf(due, at), ...changes] };
    }
    return { result, changes: this.#changesOf(due === NO_BOOKS ? books : [...books, ...due], at) };
  }

  #isDue(): boolean {
    const { first } = this.#records.holds;
    return first !== undefined && first.due <= this.#records.logTime.time;
  }

  /** Ends the holds that are due, as many as one entry may; returns the books that they have changed. */
  #expire(stamp: Stamp): Book[] {
    const { holds } = this.#records;
    const changed: Book[] = [];
    for (let count = 0; count < MAX_EXPIRED_PER_ENTRY && this.#isDue(); count++) {
      const { key, due } = holds.first!;
      const end = expireHold(this, key, stamp);
      if (end) enactDecision(this.#records, { kind: 'release', key }, end, stamp.index);
      else this.#records.endHold({ key, due });
      for (const book of end?.books ?? []) changed.push(book);
    }
    return changed;
  }

  /** Each book once, as it is now. */
  #changesOf(books: readonly Book[], at: number): BookChange[] {
    if (books.length === 1) return [records.asChange(books[0]!, at)];
    const ids = new Set(books.map(({ id }) => id));
    return Array.from(ids, (id) => records.asChange(this.book(id)!, at));
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

  readPersisted(store: Store): ({ position: Position } & RecordSums) | undefined {
    return records.readPlace(store, this.prefix);
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
      amend: (pieces) => given.amend(pieces),
      finish(at, { digest, checksum }) {
        if (given.digest.checksum !== checksum) return undefined;
        given.digest.adopt(digest);
        state.#standAt(at);
        const switchOver = [
          records.putApplied(prefix, at, given.digest, given.logTime),
          records.putGeneration(generation),
        ];
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

  get logTime(): LogTime {
    return this.#records.logTime;
  }

  get openHolds(): number {
    return this.#records.holds.size;
  }

  /** The open hold that is due first. */
  get firstHold(): OpenHold | undefined {
    return this.#records.holds.first;
  }

  /** What the payment service has not answered yet. */
  get asked(): AskedService {
    return this.#records.asked;
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

  /** The changes of books that are remembered. */
  get histories(): BookHistories {
    return this.#records.histories;
  }

  copiesOf(bookId: BookId, customer: Customer): number {
    return this.#records.counts.copiesOf(bookId, customer);
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
    const page = await this.#records.ordersPage(range, bounds, checked);
    const orders = page.elements.map(([, text]) => records.orderOf(JSON.parse(text) as Recorded));
    return { orders, next: page.more ? (orders.at(-1)?.orderId ?? null) : null, bytes: page.bytes };
  }

  /** What has happened to orders and to books; before these are asked, they have to be whole. */
  get timelines(): StateRecords['timelines'] {
    return this.#records.timelines;
  }

  /** The records are the right ones, and what they show is the state after the entry at `position`. */
  #standAt(position: Position): void {
    this.#applied = position;
    this.#taken = position;
    this.#records.timelines.orders.startAt(position.index);
  }
}
