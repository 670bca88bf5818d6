import type { FastifyInstance } from 'fastify';
import { BazarError, type ErrorCode } from '../../../runtime/errors.ts';
import { type Context, statusInTime } from '../context.ts';

/** A route beside the operations, as the OpenAPI document shows it. */
interface Probe {
  readonly name: string;
  readonly summary: string;
  readonly answer: Readonly<Record<number, object>>;
  readonly errors: readonly ErrorCode[];
}

const json = (description: string, schema: object) => ({
  200: { description, content: { 'application/json': { schema } } },
});

/** What machines ask that watch the store, and where its own documents are. */
export const PROBES: Readonly<Record<string, Probe>> = {
  '/livez': {
    name: 'livez',
    summary: 'Whether the process lives',
    answer: json('It does.', { type: 'object', properties: { alive: { const: true } } }),
    errors: [],
  },
  '/readyz': {
    name: 'readyz',
    summary: 'Whether purchases are possible, the first books are in, and the gateway is not draining',
    answer: json('Purchases are possible.', { type: 'object', properties: { ready: { const: true } } }),
    errors: ['unavailable'],
  },
  '/metrics': {
    name: 'metrics',
    summary: 'Prometheus text',
    answer: {
      200: { description: 'The figures.', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
    errors: [],
  },
  '/openapi.json': {
    name: 'openapi',
    summary: 'This document',
    answer: json('OpenAPI 3.1.', { type: 'object' }),
    errors: [],
  },
  '/ws': {
    name: 'ws',
    summary: 'JSON-RPC 2.0 over WebSocket: the same operations, and subscriptions',
    answer: { 101: { description: 'Speak JSON-RPC now.' } },
    errors: ['upgrade-required', 'overloaded', 'foreign-origin'],
  },
};

/** Adds these routes; `document` is the OpenAPI document, `clients` the number of open WebSockets. */
export function addProbes(
  app: FastifyInstance,
  context: Context,
  document: () => string,
  clients: () => number,
): void {
  const { service, admission, metrics } = context;

  app.get('/livez', async () => ({ alive: true }));

  app.get('/readyz', async () => {
    if (admission.draining) throw new BazarError('draining');
    const reason = service.whyUnready();
    if (reason !== undefined) throw new BazarError('unavailable', reason);
    return { ready: true };
  });

  app.get('/metrics', async (_request, reply) => {
    // A cluster in trouble is when the process's own figures are wanted most.
    const status = await statusInTime(context).catch(() => undefined);
    return reply.header('content-type', metrics.contentType).send(await metrics.text(clients(), status));
  });

  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document()),
  );

  app.get('/ws', async () => {
    throw new BazarError('upgrade-required', 'Speak JSON-RPC 2.0 over a WebSocket here.');
  });
}
