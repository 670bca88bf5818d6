import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../../runtime/api.ts';
import type { Served } from '../../service.ts';
import type { Context } from '../context.ts';
import type { HttpRequest, Operation } from '../operations/operation.ts';
import { parseRequest } from '../parse-request.ts';
import { type Performed, perform } from '../perform.ts';
import { STORE_VERSION } from '../store-versions.ts';
import { traceWay } from '../trace-way.ts';
import { bearerOf, createCallers } from './callers.ts';
import { streamEvents, wantsStream } from './event-stream.ts';
import { fromUrl } from './from-url.ts';
import { doneHead, JSON_TYPE, originHead, storeVersionHead, versionHead } from './heads.ts';

/** Adds the route of every operation that has one. */
export function addRoutes(app: FastifyInstance, context: Context, operations: Iterable<Operation>): void {
  const { clock } = context;
  const callers = createCallers(context);

  for (const operation of operations) {
    if (!operation.http) continue;
    const { method, url } = operation.http;
    const readParams = paramsReader(operation.http);
    app.route({
      method,
      url,
      onRequest: admitting(operation.role),
      onSend: tellVersion,
      handler: async (request, reply) => {
        if (operation.streams && wantsStream(request))
          return streamEvents(context, request, reply, readParams(request));
        const run = async () => perform(context, operation, readParams(request), callers.of(request));
        const performed = await traceWay(context, () => `${method} ${request.url}`, run);
        return send(request, reply, operation, performed);
      },
    });
  }

  /** Also of errors: what is not there was said as of some version. */
  function tellVersion(
    _request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void {
    if (!reply.hasHeader(STORE_VERSION)) reply.headers(storeVersionHead(context.storeVersions));
    done(null, payload);
  }

  /** Runs before the body is read, so that a stranger cannot make the gateway parse one. */
  function admitting(needed: Role | undefined) {
    return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
      const isAnyones = !needed && bearerOf(request) === undefined;
      if (isAnyones) done();
      else callers.admit(request, needed).then(() => done(), done);
    };
  }

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    { answers }: Operation,
    { answer, place }: Performed,
  ): FastifyReply {
    const { served, done, list } = answer;
    if (place) {
      reply.raw.once('finish', place.left);
      reply.raw.once('close', place.left);
    }
    if (served) reply.headers({ ...originHead(served), ...storeVersionHead(context.storeVersions, served) });
    const started = place ? clock.cpu() : 0;
    const body = answer.body();
    if (served) {
      reply.headers(versionHead(served));
      if (list?.next != null) reply.header('link', `<${urlAfter(request.url, list.next)}>; rel="next"`);
      if (isKnown(request, served)) {
        place?.written(0, 0);
        return reply.code(304).send();
      }
    } else {
      reply.code(201 in answers && !done?.replayed ? 201 : 200).headers(doneHead(done));
    }
    const text = JSON.stringify(body);
    place?.written(Buffer.byteLength(text), clock.cpu() - started);
    return reply.headers(JSON_TYPE).send(text);
  }
}

/** Gathers the parameters from the parts of a request, and checks each part against what belongs there. */
function paramsReader({
  method,
  path,
  query,
  body,
  wholeBody,
  headers,
}: HttpRequest): (request: FastifyRequest) => object {
  const urlPath = fromUrl(path);
  const urlQuery = fromUrl(query, method === 'GET');
  const ofNoBody = body?.safeParse({}).success ? {} : undefined;

  function readBody(given: unknown): object {
    if (!body) return {};
    const value = parseRequest(body, given ?? ofNoBody, 'the body');
    return wholeBody ? { [wholeBody]: value } : (value as object);
  }

  return (request) => ({
    ...parseRequest(urlPath, request.params, 'the address'),
    ...readBody(request.body),
    ...parseRequest(urlQuery, request.query, 'the query'),
    ...Object.fromEntries(
      headers.map(({ name, header, schema, read }) => {
        const text = request.headers[header.toLowerCase()];
        return [name, parseRequest(schema, typeof text === 'string' ? read(text) : text, header)];
      }),
    ),
  });
}

/** Whether the client's `If-None-Match` names this version (RFC 9110, section 13.1.2: the weak comparison). */
function isKnown({ headers }: FastifyRequest, { version }: Served<unknown>): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((tag) => {
    const trimmed = tag.trim();
    return trimmed === '*' || trimmed.replace(/^W\//, '') === `"${version}"`;
  });
}

/** The same address from the element `next` on. */
function urlAfter(url: string, next: number): string {
  const [path, query] = url.split('?', 2);
  const given = new URLSearchParams(query);
  given.set('after', String(next));
  return `${path}?${given}`;
}
