import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { ConnectionLoad } from '../admission.ts';
import type { Context } from '../context.ts';

/** Addresses that answer whatever the store's condition is; they are neither counted nor turned away. */
const ALWAYS_OPEN: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Counts every request from its head to the close of its answer, whether or not the client waited for it, and
 * measures it under its route's name. What must be turned away is refused before its body is read. Call it
 * before the routes are added.
 */
export function countRequests(app: FastifyInstance, { admission, metrics, clock }: Context): void {
  const loads = new WeakMap<Socket, ConnectionLoad>();
  const known: { readonly method: string; readonly pattern: RegExp }[] = [];

  function loadOf(socket: Socket): ConnectionLoad {
    let load = loads.get(socket);
    if (!load) {
      load = { inFlight: 0 };
      loads.set(socket, load);
    }
    return load;
  }

  function begin(route: string, request: FastifyRequest, reply: FastifyReply): ConnectionLoad {
    const started = clock.monotonic();
    const load = loadOf(request.raw.socket);
    admission.enter(load);
    reply.raw.once('close', () => {
      admission.leave(load);
      const status = reply.raw.writableFinished ? reply.raw.statusCode : 'aborted';
      metrics.answered(route, status, (clock.monotonic() - started) / 1000);
    });
    return load;
  }

  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    const pattern = new RegExp(`^${route.url.replace(/:[^/]+/g, '[^/]+')}$`);
    for (const method of methods) known.push({ method, pattern });
    if (ALWAYS_OPEN.has(route.url)) return;
    const name = `${methods.join('|')} ${route.url}`;
    const count = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
      admission.check(begin(name, request, reply), request.ip);
      done();
    };
    route.onRequest = [count, ...[route.onRequest ?? []].flat()];
  });

  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    begin('none', request, reply);
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length === 0) throw new BazarError('not-found', `There is nothing at ${path.slice(0, 200)}.`);
    const allow = methods.join(', ');
    reply.header('allow', allow);
    throw new BazarError('method-not-allowed', `This address takes ${allow}.`);
  });
}
