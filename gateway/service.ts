import type { AuditAnswer, StatusAnswer, TitleAnswer, TopicsAnswer } from '../runtime/api.ts';
import type { ChangesPage, ChangesQuery } from '../runtime/changes.ts';
import type {
  Book,
  BookChange,
  BookEdit,
  BookId,
  Cancel,
  CartLine,
  Customer,
  HistoryPage,
  HistoryQuery,
  Key,
  NewBook,
  Order,
  Result,
} from '../runtime/domain.ts';
import type { FindQuery, FoundPage } from '../runtime/finding.ts';
import type { SpanRecorder } from '../runtime/trace/span-recorder.ts';
import type { Observatory } from './watch/observatory.ts';

/** What can be read. */
export interface StoreReads {
  book(id: BookId, options?: ReadOptions): Promise<Served<Book | null>>;
  /** The answer to a default read that begins now, if it is in the gateway's memory. */
  heldBook(id: BookId): Served<Book> | undefined;
  /** The titles of a topic, from its beginning through the caches; a page of them past all caches. */
  search(topic: string, options?: SearchOptions): Promise<Served<TitlesPage>>;
  /** Topics behind the topic `after`, in the order of their keys. */
  topics(page: { after?: string; limit: number }, options?: ReadOptions): Promise<Served<TopicsAnswer>>;
  books(page: { after?: BookId; limit: number }, options?: ReadOptions): Promise<Served<BooksPage>>;
  /** Books by words and facts, sorted. */
  find(query: FindQuery, options?: ReadOptions): Promise<Served<FoundPage>>;
  /** The changes of a book, the latest first, before the one with the number `after`. */
  history(query: HistoryQuery, options?: ReadOptions): Promise<Served<HistoryPage>>;
  order(orderId: Key, options?: ReadOptions): Promise<Served<Order | null>>;
  orders(page: { after?: string; limit: number }, options?: ReadOptions): Promise<Served<OrdersPage>>;
  /** What has happened to orders, in the order of the log. */
  changes(query: ChangesQuery, options?: ReadOptions): Promise<Served<ChangesPage>>;
}

/**
 * What the gateway can do, without a word of HTTP or JSON-RPC: the two bridges and the simulated clients call
 * this. Everything rejects with a `BazarError`, whose outcome says whether a write happened.
 */
export interface GatewayService extends StoreReads {
  readonly id: string;

  /**
   * Buys all lines or none. Without a key it makes the order id. A refused order is a result, not an error.
   */
  purchase(lines: readonly CartLine[], key?: Key, more?: PurchaseOptions): Promise<Submitted>;
  /** Keeps the copies of all lines for so long, or of none, at the prices of now. The key is the id of the order to be. */
  hold(lines: readonly CartLine[], ttlMs: number, key?: Key, customer?: Customer): Promise<Submitted>;
  /** Makes an order of a hold. */
  confirm(key: Key): Promise<Submitted>;
  /** Puts back what a hold keeps. */
  release(key: Key): Promise<Submitted>;
  /** Takes back copies of an order, under a key of its own. */
  cancel(wish: CancelWish, key?: Key): Promise<Submitted>;
  addBooks(books: readonly NewBook[], key?: Key): Promise<Submitted>;
  updateBook(id: BookId, change: BookUpdate, key?: Key): Promise<Submitted>;
  /** Changes all of these books or none. */
  changeBooks(changes: readonly BookEdit[], key?: Key): Promise<Submitted>;

  /** Calls `changed` with every later state of every book, in version order for each; returns the unsubscriber. */
  onChange(changed: (change: BookChange) => void): () => void;
  /** Calls `heard` each time that the gateway has heard of a later version; returns the unsubscriber. */
  onHeard(heard: () => void): () => void;

  /** Names this run of the gateway. */
  readonly boot: string;
  /** The highest log index that is known to be committed; null until one is known. */
  version(): number | null;
  /** The index that every default read is at least as of, whatever it is of. */
  reached(): number;
  /**
   * Resolves once that is `index`, which another gateway told. Rejects with `version-unknown` where no quorum has come
   * to it.
   */
  reach(index: number, options?: Pick<ReadOptions, 'deadline'>): Promise<void>;
  readonly observatory: Observatory;
  status(): Promise<ClusterStatus>;
  audit(page: { after?: BookId; limit: number }): Promise<ClusterAudit>;
  /** Why the store is not as its ready line promises; `undefined` where it is. */
  whyUnready(): string | undefined;
}

export interface PurchaseOptions {
  /** Whose copies they are to be. */
  readonly customer?: Customer | undefined;
  /** Notes what it takes. */
  readonly trace?: SpanRecorder | undefined;
}

/** Copies of which order are taken back, by whom, and what becomes of them. */
export type CancelWish = Omit<Cancel, 'kind' | 'key' | 'requestId' | 'once'>;

export interface ReadOptions {
  /** Ask for a linearizable answer past every cache. */
  readonly strong?: boolean;
  /** Local monotonic ms by which the answer is wanted; the service's own patience if left out. */
  readonly deadline?: number;
}

export interface SearchOptions extends ReadOptions {
  /** Titles after this id. */
  readonly after?: number;
  /** Reject a topic of more than `lightAnswerBytes` with `too-large`, before it has cost anything. */
  readonly lightOnly?: boolean;
  /** Titles at most; as many as a page has room for if left out. */
  readonly limit?: number;
}

export interface TitlesPage {
  readonly books: readonly Title[];
  readonly next: BookId | null;
  /** Bytes that the titles come to. */
  readonly bytes: number;
}

export type Title = TitleAnswer;

export interface BooksPage {
  readonly books: readonly Book[];
  readonly next: BookId | null;
}

export interface OrdersPage {
  readonly orders: readonly Order[];
  readonly next: string | null;
}

export interface BookUpdate {
  readonly price?: number;
  readonly restock?: number;
  readonly stock?: number;
  /** Refuse the change as `version-changed` unless the book is at this version. */
  readonly expectVersion?: number;
}

/** A read's answer and where it came from. */
export interface Served<T> {
  readonly value: T;
  /** The catalog that answered, or the gateway on a hit. */
  readonly servedBy: string;
  readonly cache: 'hit' | 'miss' | 'bypass';
  /** Log index of the last change of what was read (the `ETag`); for pages, the index they are as of. */
  readonly version: number;
  /** Log index the answer is known to be current at. */
  readonly asOf: number;
  /** Whole seconds since the answer is known to have been current. */
  readonly ageSeconds: number;
}

/** A decided command and the way it took. */
export interface Submitted {
  readonly key: Key;
  readonly result: Result;
  /** The order replica that saw it through, and the catalog that led. */
  readonly via: readonly string[];
}

export type ClusterStatus = StatusAnswer;
export type ClusterAudit = AuditAnswer;
