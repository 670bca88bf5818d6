import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../../../runtime/api.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Caller, Context } from '../context.ts';
import { isLocal } from '../is-local.ts';
import { createReader, type Reader } from '../pages.ts';

/**
 * Who asks by HTTP: one reader for each connection, so that requests which were pipelined on it are worked on one
 * after the other where their answers are large.
 */
export function createCallers(context: Context): (request: FastifyRequest) => Caller {
  const connections = new WeakMap<Socket, Caller['reader']>();

  function readerOf(socket: Socket, address: string): Caller['reader'] {
    const readers = new Map<'pages' | 'audits', Reader>();
    const cut = () => {
      context.logger.warn(`client ${address} is cut off: it does not read its answers`);
      socket.destroy();
    };
    return (heavy) => {
      if (socket.destroyed) throw new BazarError('unavailable', 'The client has gone.');
      const known = readers.get(heavy);
      if (known) return known;
      const reader = createReader(address, { gathers: false, cut });
      readers.set(heavy, reader);
      // Of answers that wait behind others of their connection, node does not say that they will never leave.
      socket.once('close', () => context[heavy].gone(reader));
      return reader;
    };
  }

  return (request) => {
    const { ip, raw } = request;
    let reader = connections.get(raw.socket);
    if (!reader) {
      reader = readerOf(raw.socket, ip);
      connections.set(raw.socket, reader);
    }
    return { role: roleOfRequest(context, request), isLocal: isLocal(raw), watcher: undefined, reader };
  };
}

/** The role that a request's `Authorization: Bearer TOKEN` gives (RFC 6750). */
export function roleOfRequest({ roleOf }: Context, { headers }: FastifyRequest): Role | undefined {
  if (headers.authorization === undefined) return undefined;
  const [scheme = '', token = ''] = headers.authorization.split(' ', 2);
  return scheme.toLowerCase() === 'bearer' ? roleOf(token) : undefined;
}
