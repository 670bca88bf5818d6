import type { Body, Reply } from '../../runtime/messages.ts';
import type { CatalogState } from './state.ts';

/**
 * The answers to reads, from the state as it is now. Whoever calls has already waited for the version or for the
 * confirmation that the read asks for. `asOf` is the applied index that an answer shows at least.
 */
export const QUERIES = {
  'read.book': (state: CatalogState, { id }: Body<'read.book'>): Reply<'read.book'> => ({
    book: state.book(id) ?? null,
    asOf: state.applied.index,
  }),

  'read.topic': (state: CatalogState, { topic }: Body<'read.topic'>): Reply<'read.topic'> => {
    const { books, version } = state.topic(topic);
    return { books: [...books], version, asOf: state.applied.index };
  },

  'read.books': (state: CatalogState, { after = 0, limit }: Body<'read.books'>): Reply<'read.books'> => ({
    ...state.booksAfter(after, limit),
    asOf: state.applied.index,
  }),

  'read.order': (state: CatalogState, { orderId }: Body<'read.order'>): Reply<'read.order'> => ({
    order: state.order(orderId) ?? null,
    asOf: state.applied.index,
  }),

  'read.orders': async (
    state: CatalogState,
    { after = '', limit }: Body<'read.orders'>,
  ): Promise<Reply<'read.orders'>> => {
    // Before the wait: orders that are decided during it may be on the page or not.
    const asOf = state.applied.index;
    return { ...(await state.ordersAfter(after, limit)), asOf };
  },
} as const;
