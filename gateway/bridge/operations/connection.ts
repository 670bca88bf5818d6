import { z } from 'zod';
import { AuthenticatedAnswer, SubscribedAnswer, UnsubscribedAnswer } from '../../../runtime/api.ts';
import { BookId } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { Topic } from './fields.ts';
import { CONNECTION, operation } from './operation.ts';

/** What concerns one WebSocket connection: what it watches, and who it is. */
export function connectionOperations(limits: Limits) {
  const byIds = z.strictObject({ ids: z.array(BookId).min(1).max(limits.maxSubscriptions) });
  const byTopic = z.strictObject({ topic: Topic });

  return {
    subscribe: operation({
      summary: 'Watch books, some by id or a whole topic: `stock` notifications follow',
      kind: CONNECTION,
      params: z.union([byIds, byTopic]),
      answers: { 200: ['Their present states.', SubscribedAnswer] },
      errors: ['unavailable', 'overloaded'],
      async run({ subscriptions }, filter, { caller: { watcher } }) {
        const { books, sent } = await subscriptions.subscribe(watcher!, filter);
        return { body: () => ({ books }), sent };
      },
    }),

    unsubscribe: operation({
      summary: 'Stop watching some books, a topic, or (with neither) everything',
      kind: CONNECTION,
      params: z.union([byIds, byTopic, z.strictObject({})]),
      answers: { 200: ['How much is still watched.', UnsubscribedAnswer] },
      async run({ subscriptions }, filter, { caller: { watcher } }) {
        const left = subscriptions.unsubscribe(watcher!, filter);
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
