import * as z from 'zod';
import {
  BookAnswer,
  BooksAnswer,
  OrderAnswer,
  OrdersAnswer,
  TitleAnswer,
  TitlesAnswer,
  TopicsAnswer,
} from '../../../runtime/api.ts';
import { BookId, Key, OrderStatus } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Served, TitlesPage } from '../../service.ts';
import { cursorText, ORDERS, placeOf, readChanges } from '../read-events.ts';
import type { StoreVersions } from '../store-versions.ts';
import { ofCustomer, Since } from './events.ts';
import { After, Explain, newness, PageLimit, Topic } from './fields.ts';
import { type Answer, operation, PAGE, READ, read } from './operation.ts';

/** What is read of books and orders. */
export function readOperations(limits: Limits) {
  const explain = Explain;
  const limit = PageLimit(limits, limits.defaultPage);

  return {
    search: operation({
      summary: 'Ids and titles of a topic, matched whole and case-insensitively',
      kind: READ,
      route: 'GET /search/:topic',
      params: z.strictObject({
        topic: Topic,
        after: After(z.int().min(0)),
        limit: PageLimit(limits, 'as many as there is room for'),
        ...newness,
        explain,
      }),
      answers: {
        200: [
          'The books in id order, none for an unknown topic; with `Link: <…>; rel="next"` where there are more.',
          z.array(TitleAnswer),
        ],
      },
      result: TitlesAnswer,
      heavy: 'pages',
      async light({ largeTopics }, { topic, after, limit, consistency }) {
        if (after !== undefined || limit !== undefined || consistency === 'strong') return undefined;
        const served = await largeTopics.searchLightly(topic);
        return served && titles(served, false);
      },
      async run({ service }, { topic, after, limit, consistency }, { deadline }) {
        const served = await service.search(topic, { after, limit, ...strength(consistency), deadline });
        return titles(served, after !== undefined || limit !== undefined);
      },
    }),

    topics: operation({
      summary: 'All topics and how many books each has, page by page',
      kind: PAGE,
      route: 'GET /topics',
      params: z.strictObject({ after: After(Topic), limit, ...newness, explain }),
      answers: { 200: ['A page, in code-unit order of the topics in lower case.', TopicsAnswer] },
      heavy: 'pages',
      run: async ({ service }, { after, limit = limits.defaultPage, consistency }, { deadline }) =>
        read(await service.topics({ after, limit }, { ...strength(consistency), deadline }), (page) => page),
    }),

    info: operation({
      summary: 'One book',
      kind: READ,
      route: 'GET /info/:id',
      params: z.strictObject({ id: BookId, ...newness, explain }),
      answers: { 200: ['The book.', BookAnswer] },
      errors: ['unknown-book'],
      held({ heldBooks, storeVersions }, params) {
        const id = plainId(params, storeVersions);
        return id === undefined ? undefined : heldBooks.find(id)?.text;
      },
      run: async ({ service, views }, { id, consistency }) =>
        read(await service.book(id, strength(consistency)), (book) => {
          if (book === null) throw new BazarError('unknown-book', `There is no book ${id}.`, { bookId: id });
          return views.book(book);
        }),
    }),

    books: operation({
      summary: 'All books in id order, page by page',
      kind: PAGE,
      route: 'GET /info',
      params: z.strictObject({ after: After(BookId), limit, ...newness, explain }),
      answers: { 200: ['A page.', BooksAnswer] },
      heavy: 'pages',
      run: async ({ service, views }, { after, limit = limits.defaultPage, consistency }, { deadline }) =>
        read(await service.books({ after, limit }, { ...strength(consistency), deadline }), views.books),
    }),

    order: operation({
      summary: 'One order as recorded, confirmed or refused',
      kind: READ,
      route: 'GET /orders/:orderId',
      params: z.strictObject({ orderId: Key, ...newness, explain }),
      answers: { 200: ['The order.', OrderAnswer] },
      errors: ['unknown-order'],
      run: async ({ service, views }, { orderId, consistency }, { caller }) =>
        read(await service.order(orderId, strength(consistency)), (order) => {
          if (order === null)
            throw new BazarError(
              'unknown-order',
              `There is no order ${orderId} yet. If its purchase ended as unknown, ask for it again under that id.`,
              { orderId },
            );
          return views.order(order, caller.role && 'named');
        }),
    }),

    orders: operation({
      summary: 'All recorded orders in order-id order, or by `since` in the order of the log, page by page',
      kind: PAGE,
      route: 'GET /orders',
      role: 'reader',
      params: z.strictObject({
        after: After(Key),
        since: Since.optional(),
        status: OrderStatus.optional().meta({ description: 'Only these; with `since`.' }),
        customer: ofCustomer,
        limit,
        ...newness,
        explain,
      }),
      answers: {
        200: [
          'A page. By `since` each order stands where it changed last, and refused ones, which are forgotten, are left out.',
          OrdersAnswer,
        ],
      },
      heavy: 'pages',
      async run(context, { after, since, limit = limits.defaultPage, consistency, ...filter }, { deadline }) {
        const { service, views } = context;
        const options = { ...strength(consistency), deadline };
        const isFiltered = filter.status !== undefined || filter.customer !== undefined;
        if (since === undefined && !isFiltered) {
          return read(await service.orders({ after, limit }, options), views.orders);
        }
        if (after !== undefined) {
          throw new BazarError('invalid-request', 'after: goes with neither since, status nor customer.');
        }
        const query = { since: placeOf(since), types: ORDERS, every: false, limit, ...filter };
        return read(await readChanges(context, query, options), ({ changes, cursor, more }) => {
          const place = cursorText(cursor);
          const page = views.orders({
            orders: changes.flatMap((change) => (change.type === 'order' ? [change.order] : [])),
            next: more ? place : null,
          });
          return { ...page, cursor: place };
        });
      },
    }),
  };
}

function titles(served: Served<TitlesPage>, isPaged: boolean): Answer {
  return { ...read(served, ({ books }) => books), list: { next: served.value.next, isPaged } };
}

/** The id in `{"id":1}`, with a version or without; undefined where there is anything else, or something to wait for. */
function plainId(params: unknown, versions: StoreVersions): BookId | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  for (const name in params) if (name !== 'id' && name !== 'minVersion') return undefined;
  const { id, minVersion } = params as { id?: unknown; minVersion?: unknown };
  if (minVersion !== undefined && !versions.isReached(minVersion)) return undefined;
  return Number.isSafeInteger(id) && (id as number) > 0 ? (id as number) : undefined;
}

const STRONG = { strong: true };

export const strength = (consistency?: 'default' | 'strong') =>
  consistency === 'strong' ? STRONG : undefined;
