import type { Params } from '../gateway/bridge/operations/index.ts';
import type { Key } from '../runtime/domain.ts';

/** What the calls of a client take. */

/** One book or a whole cart: all lines or none. A `price` is the one that the buyer expects, such as `"19.99"`. */
export type PurchaseRequest = Params<'purchase'>;

/** What is to be held, and for how many ms. */
export type HoldRequest = Params<'hold'>;

/** Which copies of an order are cancelled, whether they go back on the shelf, and how much is given back. */
export type CancelRequest = Omit<Params<'cancel'>, 'orderId' | 'key' | 'explain'>;

/** A book to add; without an id it gets the next free one. */
export type BookToAdd = Exclude<Params<'addBooks'>['books'], readonly unknown[]>;

/**
 * A change of a book; null takes a fact away. `restock` adds copies, `stock` sets them, `adjust` changes their number by
 * more or fewer: at most one of the three.
 */
export type EditedFacts = Omit<Params<'updateBook'>, 'id' | 'key'>;

/** The same of one of several books. */
export type BookToChange = Params<'changeBooks'>['changes'][number];

/** Refuse the change unless the book is at this version. */
export interface Expectation {
  readonly expectVersion?: number;
}

/** What is looked for, and how it is sorted; all that is said must hold. */
export type FindRequest = Omit<Params<'find'>, 'consistency'>;

export interface CallOptions {
  /** Milliseconds for this call, all its tries together. */
  readonly timeoutMs?: number;
}

export interface ReadCallOptions extends CallOptions {
  /** Have `via` say who served it: the catalog, or the gateway where a cache had it. */
  readonly explain?: boolean;
}

/** A write; under the same key it takes effect once, however often it is asked for. */
export interface WriteOptions extends CallOptions {
  readonly key?: Key;
}

/** Which orders: behind the order id `after`, or those that changed after the place `since`, with the filters. */
export type OrdersRequest = Omit<Params<'orders'>, 'explain' | 'consistency'>;
