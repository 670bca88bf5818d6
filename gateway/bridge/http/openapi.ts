import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ERROR_KINDS, type ErrorCode } from '../../../runtime/errors.ts';
import { ProblemView } from '../problem.ts';
import * as views from '../views.ts';
import type { App } from './app.ts';

/** What a route answers, for the OpenAPI document; fastify itself knows what it takes. */
interface Description {
  readonly summary: string;
  readonly answers: Readonly<Record<number, readonly [description: string, view?: z.ZodType]>>;
  readonly errors: readonly ErrorCode[];
  readonly admin?: boolean;
}

const READ_ERRORS = ['invalid-request', 'unavailable', 'overloaded'] as const;
const WRITE_ERRORS = [
  'invalid-request',
  'key-reused',
  'malformed-json',
  'unsupported-media-type',
  'too-large',
  'outcome-unknown',
  'unavailable',
  'overloaded',
] as const;
/** What any route may answer. */
const COMMON_ERRORS = ['too-many-requests', 'draining', 'internal'] as const;

const CONFIRMED: Description['answers'] = {
  201: ['Confirmed: on the disks of a majority of catalogs.', views.OrderView],
  200: ['The same key had been confirmed before (`Idempotent-Replayed: true`).', views.OrderView],
};
const PURCHASE_ERRORS = [
  'sold-out',
  'price-changed',
  'total-limit',
  'unknown-book',
  ...WRITE_ERRORS,
] as const;
const NOT_MODIFIED = ['The client’s copy (`If-None-Match`) is still right.'] as const;

const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  'GET /search/:topic': {
    summary: 'Ids and titles of a topic, matched whole and case-insensitively',
    answers: {
      200: [
        'The books in id order, none for an unknown topic; with `Link: <…>; rel="next"` where there are more.',
        z.array(views.TitleView),
      ],
      304: NOT_MODIFIED,
    },
    errors: READ_ERRORS,
  },
  'GET /info/:id': {
    summary: 'One book',
    answers: { 200: ['The book.', views.BookView], 304: NOT_MODIFIED },
    errors: ['unknown-book', ...READ_ERRORS],
  },
  'GET /info': {
    summary: 'All books in id order, page by page',
    answers: { 200: ['A page.', views.BooksPageView], 304: NOT_MODIFIED },
    errors: READ_ERRORS,
  },
  'GET /orders/:orderId': {
    summary: 'One order as recorded, confirmed or refused',
    answers: { 200: ['The order.', views.OrderView], 304: NOT_MODIFIED },
    errors: ['unknown-order', ...READ_ERRORS],
  },
  'GET /orders': {
    summary: 'All recorded orders in order-id order, page by page',
    answers: { 200: ['A page.', views.OrdersPageView], 304: NOT_MODIFIED },
    errors: READ_ERRORS,
  },
  'POST /purchase': {
    summary: 'Buy all lines of a cart or none',
    answers: CONFIRMED,
    errors: PURCHASE_ERRORS,
  },
  'POST /purchase/:id': {
    summary: 'Buy one book; one copy unless the body says more',
    answers: CONFIRMED,
    errors: PURCHASE_ERRORS,
  },
  'POST /books': {
    summary: 'Add one book or several',
    answers: {
      201: ['Which were added.', views.AddedView],
      200: ['The same key had added these before (`Idempotent-Replayed: true`).', views.AddedView],
    },
    errors: ['unauthorized', ...WRITE_ERRORS],
    admin: true,
  },
  'PATCH /books/:id': {
    summary: 'Set the price, add copies, or set the stock',
    answers: { 200: ['The book as it is now.', views.BookView] },
    errors: ['unauthorized', 'unknown-book', 'stock-limit', ...WRITE_ERRORS],
    admin: true,
  },
  'GET /status': {
    summary: 'Every node of the cluster, down ones included',
    answers: { 200: ['The cluster.', views.StatusView] },
    errors: ['unavailable'],
  },
  'GET /audit': {
    summary: 'Whether the catalogs are equal and every book balances; the ledger page by page',
    answers: { 200: ['The audit.', views.AuditView] },
    errors: ['invalid-request', 'unavailable', 'overloaded'],
  },
  'GET /livez': {
    summary: 'Whether the process lives',
    answers: { 200: ['It does.', views.AliveView] },
    errors: [],
  },
  'GET /readyz': {
    summary: 'Whether a quorum of catalogs is within reach and the gateway is not draining',
    answers: { 200: ['Purchases are possible.', views.ReadyView] },
    errors: ['unavailable', 'draining'],
  },
  'GET /metrics': { summary: 'Prometheus text', answers: { 200: ['The figures.', z.string()] }, errors: [] },
  'GET /openapi.json': {
    summary: 'This document',
    answers: { 200: ['OpenAPI 3.1.', z.looseObject({})] },
    errors: [],
  },
  'GET /ws': {
    summary: 'JSON-RPC 2.0 over WebSocket: the same operations, and subscriptions',
    answers: { 101: ['Speak JSON-RPC now.'] },
    errors: ['upgrade-required', 'overloaded', 'draining'],
  },
};

/** Every read says where its answer came from; the transform of schemas has no place for this. */
const READ_HEADERS = {
  'X-Served-By': {
    description: 'The catalog that answered; on a hit the gateway.',
    schema: { type: 'string' },
  },
  'X-Cache': { schema: { type: 'string', enum: ['hit', 'miss', 'bypass'] } },
  ETag: { description: 'The version.', schema: { type: 'string' } },
  Age: {
    description: 'Seconds since the answer is known to have been current.',
    schema: { type: 'integer' },
  },
};

/** Serves `/openapi.json`. Call it before the routes are added; a route without a description fails the start. */
export async function addOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Bazar',
        description:
          'A bookstore that never sells the same copy twice and never loses an acknowledged order.',
        version: '1',
      },
      components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (route) => {
      const description = describe(`${route.route.method} ${route.url}`);
      return jsonSchemaTransform({ ...route, schema: { ...route.schema, ...description } });
    },
    transformObject: jsonSchemaTransformObject,
  });

  let document = '';
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document),
  );
  app.addHook('onReady', async () => {
    document = JSON.stringify(complete(app.swagger() as Document));
  });
}

/** As much of the document as is completed by hand. */
interface Document {
  readonly paths: Record<string, { get?: { responses: Record<number, { headers?: object }> } }>;
  readonly components: { readonly schemas: Record<string, object> };
}

function complete(document: Document): Document {
  for (const { get } of Object.values(document.paths)) {
    const { 200: ok, 304: notModified } = get?.responses ?? {};
    if (ok && notModified) ok.headers = READ_HEADERS;
  }
  const { schemas } = document.components;
  // Every view is also listed as an input, which none of them is.
  for (const name of Object.keys(schemas)) if (name.endsWith('Input')) delete schemas[name];
  return document;
}

function describe(route: string) {
  const description = DESCRIPTIONS[route];
  if (!description) throw new Error(`${route} has no description for the OpenAPI document`);
  const { summary, answers, errors, admin } = description;
  const response: Record<number, object> = {};
  for (const [status, [text, view]] of Object.entries(answers)) {
    const media = view instanceof z.ZodString ? 'text/plain' : 'application/json';
    // The swagger plugin takes a null body for none.
    response[Number(status)] = view
      ? { description: text, content: { [media]: { schema: view } } }
      : z.null().describe(text);
  }
  for (const [status, codes] of byStatus([...errors, ...COMMON_ERRORS])) {
    const text = codes.map((code) => `\`${code}\`: ${ERROR_KINDS[code].title}.`).join(' ');
    response[status] = {
      description: text,
      content: { 'application/problem+json': { schema: ProblemView } },
    };
  }
  return { summary, response, ...(admin ? { security: [{ adminToken: [] }] } : {}) };
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = ERROR_KINDS[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}
