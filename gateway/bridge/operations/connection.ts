import * as z from 'zod';
import {
  AuthenticatedAnswer,
  type StockAnswer,
  SubscribedAnswer,
  UnsubscribedAnswer,
} from '../../../runtime/api.ts';
import { BookId } from '../../../runtime/domain.ts';
import { FollowedAnswer } from '../../../runtime/event-answers.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Caller } from '../context.ts';
import type { EventsParams } from '../read-events.ts';
import { suffices, unauthorizedFor } from '../roles.ts';
import { eventFilter, Since } from './events.ts';
import { After, PageLimit, Topic } from './fields.ts';
import { type Answer, CONNECTION, operation } from './operation.ts';

/** What concerns one WebSocket connection: what it watches, and who it is. */
export function connectionOperations(limits: Limits) {
  const byIds = z.strictObject({ ids: z.array(BookId).min(1).max(limits.maxSubscriptions) });
  const byTopic = z.strictObject({ topic: Topic });
  const all = z.literal(true).meta({ description: 'Every book, also those that are added later.' });
  const everyMs = z.int().min(20).max(10_000).optional().meta({
    description:
      'Gather what changes and tell it at most once in so many milliseconds, the newest state of each book, by `stocks` notifications `{books}`; without it each change is told at once. What the last page was asked with holds for all.',
  });
  const allFrom = z.strictObject({
    all,
    after: After(BookId),
    limit: PageLimit(limits, limits.defaultPage),
    everyMs,
  });

  const events = z.literal(true).meta({
    description: 'The events of orders, or those of `types`: for those with a token.',
  });
  const subscription = z.string().min(1).max(64).optional().meta({
    description:
      'Names it in its notifications; `events` unless it is said. The same name again takes its place.',
  });
  const eventsFrom = z.strictObject({
    orders: events,
    since: Since.optional(),
    ...eventFilter,
    subscription,
  });

  return {
    subscribe: operation({
      summary:
        'Watch books, some by id, a whole topic, or all page by page: `stock` notifications follow, or `stocks`. Or follow the orders: `event` notifications',
      kind: CONNECTION,
      params: z.union([byIds, byTopic, allFrom, eventsFrom]),
      answers: {
        200: [
          'Their present states, or where the events begin.',
          z.union([SubscribedAnswer, FollowedAnswer]),
        ],
      },
      errors: ['unavailable', 'overloaded', 'unauthorized', 'too-many-requests'],
      heavy: 'pages',
      async light({ subscriptions }, filter, { caller }) {
        if ('orders' in filter) return follow(caller, filter);
        if ('all' in filter) return undefined;
        return subscribed(await subscriptions.subscribe(caller.watcher!, filter));
      },
      async run({ subscriptions, allBooks, views }, filter, { caller, deadline }) {
        if ('orders' in filter) return follow(caller, filter);
        if (!('all' in filter)) return subscribed(await subscriptions.subscribe(caller.watcher!, filter));
        const { after, limit = limits.defaultPage, everyMs } = filter;
        const start = { after, limit, everyMs, deadline };
        const { page, sent } = await allBooks.subscribe(caller.allBooksWatcher!, start);
        return { body: () => views.books(page), sent };
      },
    }),

    unsubscribe: operation({
      summary: 'Stop watching some books, a topic, or following events; with none of these everything',
      kind: CONNECTION,
      params: z.union([
        byIds,
        byTopic,
        z.strictObject({ all }),
        z.strictObject({ orders: events, subscription }),
        z.strictObject({}),
      ]),
      answers: { 200: ['How much is still watched.', UnsubscribedAnswer] },
      async run({ subscriptions, allBooks }, filter, { caller }) {
        const { watcher, allBooksWatcher, eventSubscriptions } = caller;
        if ('orders' in filter) {
          const left = eventSubscriptions!.unsubscribe(filter.subscription);
          return { body: () => ({ ...subscriptions.watchedBy(watcher!), events: left }) };
        }
        const isAll = Object.keys(filter).length === 0;
        if (isAll) eventSubscriptions!.unsubscribe();
        if (isAll || 'all' in filter) allBooks.unsubscribe(allBooksWatcher!);
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

async function follow(
  { role, eventSubscriptions }: Caller,
  { orders: _, subscription = 'events', ...wanted }: EventsParams & { orders: true; subscription?: string },
): Promise<Answer> {
  if (!suffices(role, 'reader')) throw unauthorizedFor('reader');
  const { cursor, sent } = await eventSubscriptions!.subscribe(subscription, wanted);
  return { body: () => ({ subscription, cursor }), sent };
}
