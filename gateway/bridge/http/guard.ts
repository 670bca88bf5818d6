import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { Context } from '../context.ts';

/** What pages of a named origin may send and read, beyond what any page may (Fetch standard, "CORS protocol"). */
const METHODS = 'GET, HEAD, POST, PATCH';
const SENT_HEADERS = 'authorization, content-type, idempotency-key, if-match, if-none-match, x-bazar-version';
const SHOWN_HEADERS =
  'Age, Allow, ETag, Idempotent-Replayed, Link, Retry-After, WWW-Authenticate, X-Bazar-Version, X-Cache, X-Served-By';
const PREFLIGHT_SECONDS = 600;

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/**
 * Turns away what is no honest HTTP, what asks for another host, and what pages elsewhere must not do, before a body
 * is read; to pages of a named origin it says that they may. `isGuarded` tells which reads no page elsewhere may
 * make. Call it before requests are counted and routes are added, so that what is turned away is counted.
 */
export function guardRoutes(
  app: FastifyInstance,
  { doorkeeper }: Context,
  isGuarded: (url: string) => boolean,
): void {
  app.addHook('onRoute', (route) => {
    const isRead = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
    const guard: Hook = isRead && !isGuarded(route.url) ? checkHost : checkAll;
    route.onRequest = [guard, ...[route.onRequest ?? []].flat()];
  });

  const checkHost: Hook = ({ raw }, reply, done) => {
    try {
      doorkeeper.checkHost(raw);
    } catch (error) {
      // Who knows what it takes for the next request.
      reply.header('connection', 'close');
      throw error;
    }
    done();
  };

  const checkAll: Hook = (request, reply, done) => {
    checkHost(request, reply, () => {});
    doorkeeper.checkOrigin(request.raw);
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding.toLowerCase() !== 'identity') {
      reply.header('accept-encoding', 'identity');
      throw new BazarError(
        'unsupported-media-type',
        `The body is encoded as "${encoding.slice(0, 64)}"; send it as it is.`,
      );
    }
    done();
  };

  if (!doorkeeper.namesOrigins) return;
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('vary', 'origin');
    const origin = doorkeeper.namedOrigin(request.raw);
    if (origin === undefined) return done();
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', SHOWN_HEADERS);
    if (request.method !== 'OPTIONS') return done();
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': SENT_HEADERS,
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    });
    return void reply.code(204).send();
  });
}
