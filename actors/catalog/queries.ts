import type { Body, Reply } from '../../runtime/messages.ts';
import type { CatalogState } from './state.ts';

export type ReadType = 'read.book' | 'read.topic' | 'read.books' | 'read.order' | 'read.orders';
type Queries = {
  readonly [T in ReadType]: (state: CatalogState, body: Body<T>) => Reply<T> | Promise<Reply<T>>;
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

  'read.topic': (state, { topic }) => {
    const { books, version } = state.topic(topic);
    return { books: [...books], version, asOf: state.applied.index };
  },

  'read.books': (state, { after = 0, limit }) => ({
    ...state.booksAfter(after, limit),
    asOf: state.applied.index,
  }),

  'read.order': (state, { orderId }) => ({
    order: state.order(orderId) ?? null,
    asOf: state.applied.index,
  }),

  'read.orders': async (state, { after = '', limit }) => {
    // Before the wait: orders that are decided during it may be on the page or not.
    const asOf = state.applied.index;
    return { ...(await state.ordersAfter(after, limit)), asOf };
  },
};
