import type { AskType, Body, Reply } from '../../runtime/messages.ts';
import { changesSince } from './changes-since.ts';
import { fillPage, nextOf, PAGE_FRAME_BYTES } from './page.ts';
import { cancellationIn, readOpenRefund } from './refunds.ts';
import type { CatalogState } from './state.ts';
import { titlesAfter } from './topic-index.ts';

/** What a gateway asks of a catalog's state; what is found by words has an index of its own. */
export type ReadType = Exclude<Extract<AskType, `read.${string}`>, 'read.index' | 'read.find'>;

export interface QueryOptions {
  /** Bytes of a page as it is answered to a client. */
  readonly maxPageBytes: number;
  /** Throws once nobody waits for the answer any more. */
  readonly checked: () => void;
}

type Queries = {
  readonly [T in ReadType]: (
    state: CatalogState,
    body: Body<T>,
    options: QueryOptions,
  ) => Reply<T> | Promise<Reply<T>>;
};

/**
 * The answers to reads, from the state as it is now. Whoever calls has already waited for the version or for the
 * confirmation that the read asks for. `asOf` is the applied index that an answer shows at least.
 */
export const QUERIES: Queries = {
  'read.book': (state, { id }) => ({
    book: state.book(id) ?? null,
    asOf: state.applied.index,
  }),

  'read.topic': (state, { topic, after = 0, limit = Number.POSITIVE_INFINITY }, { maxPageBytes }) => {
    const found = state.topic(topic);
    const page = fillPage(titlesAfter(found, after), { limit, maxBytes: maxPageBytes - PAGE_FRAME_BYTES });
    const { elements: books, bytes } = page;
    return {
      books,
      next: nextOf(page, ({ id }) => id),
      bytes,
      version: found.version,
      asOf: state.applied.index,
    };
  },

  'read.topics': (state, { after = '', limit }, { maxPageBytes }) => {
    const page = fillPage(state.topicsAfter(after), { limit, maxBytes: maxPageBytes - PAGE_FRAME_BYTES });
    const { elements: topics, bytes } = page;
    return { topics, next: nextOf(page, ({ topic }) => topic), bytes, asOf: state.applied.index };
  },

  'read.books': (state, { after = 0, limit }, { maxPageBytes }) => ({
    ...state.booksAfter(after, limit, maxPageBytes - PAGE_FRAME_BYTES),
    asOf: state.applied.index,
  }),

  'read.history': (state, { id, after, limit }, { maxPageBytes }) => {
    const asOf = state.applied.index;
    const book = state.book(id);
    if (!book) return { events: null, next: null, bytes: 0, asOf };
    const bounds = { limit, maxBytes: maxPageBytes - PAGE_FRAME_BYTES };
    const page = fillPage(state.histories.of(book, after), bounds);
    return { events: page.elements, next: nextOf(page, ({ number }) => number), bytes: page.bytes, asOf };
  },

  'read.order': (state, { orderId }) => ({
    order: state.order(orderId) ?? null,
    asOf: state.applied.index,
  }),

  'read.payments': (state, { limit }) => ({
    open: state.asked.payments.oldest(limit).flatMap((orderId) => {
      const { total, status } = state.order(orderId) ?? {};
      return total === undefined ? [] : [{ orderId, total, isHeld: status === 'held' }];
    }),
    refunds: state.asked.refunds.oldest(limit).flatMap((open) => {
      const { orderId, key } = readOpenRefund(open);
      const amount = cancellationIn(state.order(orderId), key)?.refund;
      return amount === undefined ? [] : [{ orderId, key, amount }];
    }),
    asOf: state.applied.index,
  }),

  'read.changes': (state, query, { maxPageBytes }) => ({
    ...changesSince(state, query, maxPageBytes - PAGE_FRAME_BYTES),
    types: query.types,
    asOf: state.applied.index,
  }),

  'read.orders': async (state, { after = '', limit }, { maxPageBytes, checked }) => {
    // Before the wait: orders that are decided during it may be on the page or not.
    const asOf = state.applied.index;
    return { ...(await state.ordersAfter(after, limit, maxPageBytes - PAGE_FRAME_BYTES, checked)), asOf };
  },
};
