import type { FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import { type Desk, traceWrite } from '../context.ts';
import type { Done } from '../writes.ts';
import type { App } from './app.ts';

/** The routes that buy books, and those with which the shop's keeper adds and changes them. */
export function addWrites(app: App, desk: Desk): void {
  const { writes, isAdmin } = desk;
  const { http } = desk.requests;
  const headers = http.keyed;

  app.post('/purchase', { schema: { headers, body: http.purchase } }, async (request, reply) =>
    sendDone(request, reply, 201, await writes.purchase(request.body, request.headers['idempotency-key'])),
  );

  app.post(
    '/purchase/:id',
    { schema: { headers, params: http.id, body: http.purchaseOne } },
    async (request, reply) => {
      const line = { id: request.params.id, quantity: 1, ...request.body };
      return sendDone(request, reply, 201, await writes.purchase([line], request.headers['idempotency-key']));
    },
  );

  app.post(
    '/books',
    { onRequest: adminOnly, schema: { headers, body: http.addBooks } },
    async (request, reply) =>
      sendDone(request, reply, 201, await writes.addBooks(request.body, request.headers['idempotency-key'])),
  );

  app.patch(
    '/books/:id',
    { onRequest: adminOnly, schema: { headers, params: http.id, body: http.updateBook } },
    async (request, reply) => {
      const { params, body, headers } = request;
      return sendDone(
        request,
        reply,
        200,
        await writes.updateBook(params.id, body, headers['idempotency-key']),
      );
    },
  );

  /** Before the body is read, so that a stranger cannot make the gateway parse one. */
  function adminOnly(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
    const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ', 2);
    if (scheme.toLowerCase() !== 'bearer' || !isAdmin(token)) throw new BazarError('unauthorized');
    done();
  }

  function sendDone(request: FastifyRequest, reply: FastifyReply, status: number, done: Done): FastifyReply {
    traceWrite(desk, `${request.method} ${request.url}`, done.order);
    if (done.replayed) reply.header('idempotent-replayed', 'true');
    reply.header('cache-control', 'no-store');
    reply.header('content-type', 'application/json; charset=utf-8');
    return reply.code(done.replayed ? 200 : status).send(JSON.stringify(done.body));
  }
}
