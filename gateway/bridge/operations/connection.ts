import { z } from 'zod';
import {
  AuthenticatedAnswer,
  type StockAnswer,
  SubscribedAnswer,
  UnsubscribedAnswer,
} from '../../../runtime/api.ts';
import { BookId } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { After, PageLimit, Topic } from './fields.ts';
import { type Answer, CONNECTION, operation } from './operation.ts';

/** What concerns one WebSocket connection: what it watches, and who it is. */
export function connectionOperations(limits: Limits) {
  const byIds = z.strictObject({ ids: z.array(BookId).min(1).max(limits.maxSubscriptions) });
  const byTopic = z.strictObject({ topic: Topic });
  const all = z.literal(true).meta({ description: 'Every book, also those that are added later.' });
  const allFrom = z.strictObject({ all, after: After(BookId), limit: PageLimit(limits, limits.defaultPage) });

  return {
    subscribe: operation({
      summary: 'Watch books, some by id, a whole topic, or all page by page: `stock` notifications follow',
      kind: CONNECTION,
      params: z.union([byIds, byTopic, allFrom]),
      answers: { 200: ['Their present states.', SubscribedAnswer] },
      errors: ['unavailable', 'overloaded'],
      heavy: 'pages',
      light: async ({ subscriptions }, filter, { caller: { watcher } }) =>
        'all' in filter ? undefined : subscribed(await subscriptions.subscribe(watcher!, filter)),
      async run(
        { subscriptions, allBooks, views },
        filter,
        { caller: { watcher, allBooksWatcher }, deadline },
      ) {
        if (!('all' in filter)) return subscribed(await subscriptions.subscribe(watcher!, filter));
        const { after, limit = limits.defaultPage } = filter;
        const { page, sent } = await allBooks.subscribe(allBooksWatcher!, { after, limit, deadline });
        return { body: () => views.books(page), sent };
      },
    }),

    unsubscribe: operation({
      summary: 'Stop watching some books, a topic, or (with neither) everything',
      kind: CONNECTION,
      params: z.union([byIds, byTopic, z.strictObject({ all }), z.strictObject({})]),
      answers: { 200: ['How much is still watched.', UnsubscribedAnswer] },
      async run({ subscriptions, allBooks }, filter, { caller: { watcher, allBooksWatcher } }) {
        if (Object.keys(filter).length === 0 || 'all' in filter) allBooks.unsubscribe(allBooksWatcher!);
        const left =
          'all' in filter ? subscriptions.watchedBy(watcher!) : subscriptions.unsubscribe(watcher!, filter);
        return { body: () => left };
      },
    }),

    authenticate: operation({
      summary: 'Show a token; the methods of its role are open to this connection then',
      kind: { ...CONNECTION, inTurn: false },
      params: z.strictObject({ token: z.string().max(1000) }),
      answers: { 200: ['It is the right one.', AuthenticatedAnswer] },
      errors: ['unauthorized', 'too-many-requests'],
      async run({ roleOf, tokens }, { token }, { caller }) {
        caller.role = undefined;
        const role = await tokens.check(caller.address, () => roleOf(token));
        caller.role = role;
        return { body: () => ({ authenticated: true, role }) };
      },
    }),
  };
}

function subscribed({ books, sent }: { books: readonly StockAnswer[]; sent: () => void }): Answer {
  return { body: () => ({ books }), sent };
}
