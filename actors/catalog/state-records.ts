import { hash } from 'node:crypto';
import { LEVEL, leastLevel } from '../../runtime/command-levels.ts';
import type { Book, Note } from '../../runtime/domain.ts';
import {
  ADMIN_PREFIX,
  APPLIED_KEY,
  BOOK_PREFIX,
  BOOT_KEY,
  generationPrefix,
  HOLD_PREFIX,
  LEVEL_KEY,
  ORDER_PREFIX,
  TOPIC_PREFIX,
  topicRecordKey,
} from '../../storage/keys.ts';
import { NewerDataError } from '../../storage/newer-data.ts';
import type { Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Committed, SnapshotRecord } from '../replica/state-machine.ts';
import { AskedService } from './asked-service.ts';
import { BookHistories } from './book-histories.ts';
import { BookIndex } from './book-index.ts';
import { BookTimeline } from './book-timeline.ts';
import { CustomerCounts } from './customer-counts.ts';
import type { Recorded } from './decision.ts';
import { recordSum } from './digest.ts';
import { DigestedRecords } from './digested-records.ts';
import type { ChangedBook } from './edit-book.ts';
import { HoldKeys } from './hold-keys.ts';
import { HoldQueue, type OpenHold, readHoldKey } from './hold-queue.ts';
import { KeptAnswers } from './kept-answers.ts';
import { KeptBooks } from './kept-books.ts';
import { afterEntry, type LogTime, TIME_START, timeHash } from './log-time.ts';
import { OrderTimeline } from './order-timeline.ts';
import type { KeyedText, Overlay } from './overlay.ts';
import type { Page, PageBounds } from './page.ts';
import * as records from './records.ts';
import { RefusalIndex } from './refusal-index.ts';

/** Before it no entry tells the time: the state is that of programs which knew none. */
const TIMED_LEVEL = leastLevel({ kind: 'tick' });

/**
 * The records of one generation of applied state, and what is held in memory of them: all books, the last start of the
 * store, and the command level. They come from the store or a snapshot, and change with what is applied.
 */
export class StateRecords {
  readonly prefix: string;
  readonly shelf = new BookIndex();
  readonly refusals: RefusalIndex;
  readonly counts: CustomerCounts;
  readonly asked: AskedService;
  readonly timelines: { readonly orders: OrderTimeline; readonly books: BookTimeline };
  readonly histories: BookHistories;
  readonly #store: Store;
  readonly #kept: DigestedRecords;
  readonly answers: KeptAnswers;
  readonly #books: KeptBooks;
  readonly holds = new HoldQueue();
  readonly #holdKeys: HoldKeys;
  #boot: string | undefined;
  #level = 1;
  #logTime = TIME_START;
  /** The time that is part of the digest as it stands. */
  #digestedTime = TIME_START;

  constructor(store: Store, generation: number) {
    this.#store = store;
    this.prefix = generationPrefix(generation);
    this.#kept = new DigestedRecords(store, this.prefix);
    this.answers = new KeptAnswers(this.#kept);
    this.#books = new KeptBooks(this.#kept, this.shelf);
    this.#holdKeys = new HoldKeys(this.#kept);
    this.counts = new CustomerCounts(this.#kept);
    this.asked = new AskedService(this.#kept);
    this.histories = new BookHistories(this.#kept);
    this.timelines = {
      orders: new OrderTimeline(this.overlay),
      books: new BookTimeline(this.shelf, this.histories),
    };
    this.refusals = new RefusalIndex({ store, prefix: this.prefix, records: this.#kept });
  }

  get boot(): string | undefined {
    return this.#boot;
  }

  /** The command level to which the log was raised. */
  get level(): number {
    return this.#level;
  }

  /** The time of the log; it passes from the level on that knows holds. */
  get logTime(): LogTime {
    return this.#logTime;
  }

  /** Moves the time by an entry. */
  passTime(entry: Committed<unknown>): void {
    if (this.#level >= TIMED_LEVEL) this.#logTime = afterEntry(this.#logTime, entry);
  }

  /** The digest that was read has this time in it already. */
  adoptTime(time: LogTime): void {
    this.#logTime = time;
    this.#digestedTime = time;
  }

  get overlay(): DigestedRecords['overlay'] {
    return this.#kept.overlay;
  }

  /** The digest, of which the last changes may not be part yet. */
  get digest(): DigestedRecords['digest'] {
    return this.#kept.digest;
  }

  get untaken(): { readonly operations: number; readonly bytes: number } {
    const written = this.overlay.untaken;
    const books = this.#books.unsettled;
    const holds = this.answers.unsettled;
    const keys = this.#holdKeys.unsettled;
    return {
      operations: written.operations + books.operations + holds.operations + keys.operations,
      bytes: written.bytes + books.bytes + holds.bytes + keys.bytes,
    };
  }

  take(applied: Position): StoreOperation[] {
    this.settle();
    const operations = this.overlay.take();
    operations.push(records.putApplied(this.prefix, applied, this.digest, this.#logTime));
    return operations;
  }

  recorded(key: string): Recorded | undefined {
    return this.answers.get(key);
  }

  /** Keeps what was recorded under a key that had no record. */
  record(key: string, record: Recorded): void {
    this.answers.add(key, record);
    this.refusals.note(record);
    this.timelines.orders.note(record);
  }

  /** Keeps what is recorded under a key from now on. */
  rerecord(key: string, record: Recorded): void {
    this.answers.replace(key, record);
    this.timelines.orders.note(record);
  }

  beginHold(hold: OpenHold): void {
    this.holds.add(hold);
    this.#holdKeys.add(hold);
  }

  endHold(hold: OpenHold): void {
    if (this.holds.delete(hold)) this.#holdKeys.remove(hold);
  }

  /** Puts books in their new state, as of the log index `version`. */
  putBooks(books: readonly Book[], version: number): void {
    if (books.length > 0) {
      this.timelines.books.note(books);
      for (const topic of this.shelf.put(books)) {
        this.#kept.put(topicRecordKey(hash('sha256', topic, 'base64url')), JSON.stringify([topic, version]));
      }
    }
    for (const book of books) this.#books.change(book);
  }

  /** Remembers a change of a book that has been put. */
  remember(changed: ChangedBook): void {
    this.timelines.books.noteChange(changed);
    this.histories.remember(changed);
  }

  enact(note: Note): void {
    switch (note.kind) {
      case 'boot':
        this.#kept.put(BOOT_KEY, note.boot);
        this.#boot = note.boot;
        break;
      case 'expire':
        for (const refusal of note.refusals) this.refusals.forget(refusal);
        break;
      case 'raiseLevel':
        if (note.level <= this.#level) break;
        this.#standAtLevel(note.level);
        this.#kept.put(LEVEL_KEY, String(note.level));
        break;
      case 'tick':
    }
  }

  /**
   * Takes in what is held in memory from records as they lie in a store or a snapshot, a page at a time, so that no turn of
   * the event loop has to read all. Until a sum has been compared nothing says that they are the right ones.
   */
  shelve(given: readonly KeyedText[]): void {
    const books: Book[] = [];
    for (const [key, text] of given) {
      if (key.startsWith(ORDER_PREFIX) || key.startsWith(ADMIN_PREFIX)) {
        this.answers.note(key);
        continue;
      }
      if (key === BOOT_KEY) this.#boot = text;
      if (key === LEVEL_KEY) this.#standAtLevel(Number(text));
      if (key.startsWith(TOPIC_PREFIX)) this.#noteTopic(text);
      if (key.startsWith(HOLD_PREFIX)) this.holds.add(readHoldKey(key));
      this.asked.note(key);
      if (!key.startsWith(BOOK_PREFIX)) continue;
      const book = records.readBook(text);
      if (book) books.push(book);
    }
    this.shelf.put(books);
  }

  /** Stores records of a snapshot here, of which each key comes once, and adds them to the checksum. */
  accept(given: readonly KeyedText[]): StoreOperation[] {
    this.#takeIn(given);
    return given.map(([key, value]) => ({ type: 'put', key: this.prefix + key, value }));
  }

  /** As `accept`, for records that may have been given before; null stands for one that is gone. */
  amend(given: readonly SnapshotRecord[]): StoreOperation[] {
    this.overlay.persisted();
    for (const [key] of given) this.#forget(key);
    const present = given.filter((record): record is [string, string] => record[1] !== null);
    this.#takeIn(present);
    for (const [key, value] of present) this.overlay.put(key, value);
    return this.overlay.take();
  }

  #takeIn(given: readonly KeyedText[]): void {
    this.shelve(given);
    for (const [key, text] of given) {
      if (records.isDigested(key)) this.digest.addSum(recordSum(key, text));
      // The digest that is adopted in the end has this time in it.
      if (key === APPLIED_KEY) this.adoptTime(records.timeIn(this.#store, text));
    }
  }

  #forget(key: string): void {
    if (key.startsWith(HOLD_PREFIX)) this.holds.delete(readHoldKey(key));
    this.asked.note(key, false);
    const text = this.overlay.get(key);
    if (text === undefined) return;
    this.overlay.remove(key);
    if (records.isDigested(key)) this.digest.removeSum(recordSum(key, text));
  }

  /** A page of the orders as they are now. */
  ordersPage(
    range: Parameters<Overlay['page']>[0],
    bounds: PageBounds,
    checked: () => void,
  ): Promise<Page<KeyedText>> {
    this.settle();
    return this.overlay.page(range, bounds, records.outsideBytes, checked);
  }

  /** Brings overlay and digest up to the present. */
  settle(): void {
    const { digest } = this.#kept;
    if (this.#digestedTime !== this.#logTime) {
      digest.remove(timeHash(this.#digestedTime));
      digest.add(timeHash(this.#logTime));
      this.#digestedTime = this.#logTime;
    }
    this.#books.settle();
    this.answers.settle();
    this.#holdKeys.settle();
  }

  /** A damaged text may be none; the sum of all records does not agree with it either. */
  #noteTopic(text: string): void {
    const topic = records.readTopic(text);
    if (topic) this.shelf.topics.note(topic[0], topic[1]);
  }

  /** What the log holds of a level can only be read by a program that knows it. */
  #standAtLevel(level: number): void {
    if (!(level <= LEVEL)) {
      const found = `its log is of level ${level}, and this one knows ${LEVEL}`;
      throw new NewerDataError(this.#store.location, found);
    }
    this.#level = level;
  }
}
