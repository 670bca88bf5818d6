import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Served, TitlesPage } from '../../service.ts';
import { type Desk, traceRead, unknownBook, unknownOrder } from '../context.ts';
import { searchLightly } from '../large-topics.ts';
import { busyMsOfAnswer, type Made } from '../pages.ts';
import { viewBook, viewBooks, viewOrder, viewOrders } from '../views.ts';
import type { App } from './app.ts';
import { createHeavyReads } from './heavy.ts';

/** The routes that read books and orders. */
export function addReads(app: App, desk: Desk): void {
  const { service, limits, clock } = desk;
  const { http } = desk.requests;
  const consistency = { querystring: http.consistency };
  const heavily = createHeavyReads(desk, desk.pages);

  app.get(
    '/search/:topic',
    { schema: { params: http.topic, querystring: http.search } },
    async (request, reply) => {
      const { topic } = request.params;
      const { after, limit, ...query } = request.query;
      const send = (served: Served<TitlesPage>, made?: Made) => {
        const { next } = served.value;
        if (next !== null)
          reply.header('link', `<${nextSearch(topic, { ...request.query, after: next })}>; rel="next"`);
        return sendRead(request, reply, served, ({ books }) => books, made);
      };
      const needsTurn = after !== undefined || limit !== undefined || query.consistency === 'strong';
      const light = needsTurn ? undefined : await searchLightly(desk, topic);
      if (light) return send(light);
      return heavily(request, reply, async (deadline, made) =>
        send(await service.search(topic, { after, limit, ...strength(query), deadline }), made),
      );
    },
  );

  app.get('/info/:id', { schema: { params: http.id, ...consistency } }, async (request, reply) => {
    const { id } = request.params;
    const served = await service.book(id, strength(request.query));
    return sendRead(request, reply, served, (book) => {
      if (book === null) throw unknownBook(id);
      return viewBook(book);
    });
  });

  app.get('/info', { schema: { querystring: http.books } }, async (request, reply) => {
    const { after, limit = limits.defaultPage } = request.query;
    return heavily(request, reply, async (deadline, made) => {
      const served = await service.books({ after, limit }, { ...strength(request.query), deadline });
      return sendRead(request, reply, served, viewBooks, made);
    });
  });

  app.get(
    '/orders/:orderId',
    { schema: { params: http.orderId, ...consistency } },
    async (request, reply) => {
      const { orderId } = request.params;
      const served = await service.order(orderId, strength(request.query));
      return sendRead(request, reply, served, (order) => {
        if (order === null) throw unknownOrder(orderId);
        return viewOrder(order);
      });
    },
  );

  app.get('/orders', { schema: { querystring: http.orders } }, async (request, reply) => {
    const { after, limit = limits.defaultPage } = request.query;
    return heavily(request, reply, async (deadline, made) => {
      const served = await service.orders({ after, limit }, { ...strength(request.query), deadline });
      return sendRead(request, reply, served, viewOrders, made);
    });
  });

  /** Says where the answer came from, and answers 304 to a client that has it. `view` may throw what is missing. */
  function sendRead<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    served: Served<T>,
    view: (value: T) => object,
    made?: Made,
  ): FastifyReply {
    traceRead(desk, `${request.method} ${request.url}`, served);
    reply.header('x-served-by', served.servedBy);
    reply.header('x-cache', served.cache);
    const started = clock.monotonic();
    const body = view(served.value);
    const etag = `"${served.version}"`;
    reply.header('etag', etag);
    reply.header('age', String(served.ageSeconds));
    // What a client keeps it must ask about again: nobody may see old stock after a purchase.
    reply.header('cache-control', 'no-cache');
    const known = request.headers['if-none-match'];
    if (known !== undefined && holds(known, etag)) return reply.code(304).send();
    reply.header('content-type', 'application/json; charset=utf-8');
    const text = JSON.stringify(body);
    made?.(Buffer.byteLength(text), busyMsOfAnswer(clock.monotonic() - started));
    return reply.send(text);
  }
}

function nextSearch(topic: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return `/search/${encodeURIComponent(topic)}?${given.join('&')}`;
}

const STRONG = { strong: true };

function strength(query: { consistency?: 'default' | 'strong' }) {
  return query.consistency === 'strong' ? STRONG : undefined;
}

/** Whether an `If-None-Match` names this entity tag (RFC 9110, section 13.1.2: the weak comparison). */
function holds(header: string, etag: string): boolean {
  return header.split(',').some((tag) => {
    const trimmed = tag.trim();
    return trimmed === '*' || trimmed.replace(/^W\//, '') === etag;
  });
}
