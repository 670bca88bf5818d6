import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Role } from '../../../runtime/api.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Caller, Context } from '../context.ts';
import { isLocal } from '../is-local.ts';
import { createReader, type Reader } from '../pages.ts';
import { suffices } from '../roles.ts';

/**
 * Who asks by HTTP: one reader for each connection, so that requests which were pipelined on it are worked on one
 * after the other where their answers are large.
 */
export interface Callers {
  /**
   * Rejects with `unauthorized` where the request does not show what it needs. A token that is shown must be right, also
   * where none is needed: otherwise such requests would tell right ones from wrong ones.
   */
  admit(request: FastifyRequest, needed: Role | undefined): Promise<void>;
  of(request: FastifyRequest): Caller;
}

export function createCallers(context: Context): Callers {
  const connections = new WeakMap<Socket, Caller['reader']>();
  const roles = new WeakMap<IncomingMessage, Role>();

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

  return {
    async admit(request, needed) {
      const token = bearerOf(request);
      const role =
        token === undefined ? undefined : await context.tokens.check(request.ip, () => context.roleOf(token));
      if (needed && !suffices(role, needed)) throw new BazarError('unauthorized');
      if (role) roles.set(request.raw, role);
    },
    of({ ip, raw }) {
      let reader = connections.get(raw.socket);
      if (!reader) {
        reader = readerOf(raw.socket, ip);
        connections.set(raw.socket, reader);
      }
      return {
        role: roles.get(raw),
        isLocal: isLocal(raw),
        address: ip,
        watcher: undefined,
        allBooksWatcher: undefined,
        eventSubscriptions: undefined,
        spectator: undefined,
        reader,
      };
    },
  };
}

/** The token of `Authorization: Bearer TOKEN` (RFC 6750). */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  if (headers.authorization === undefined) return undefined;
  const [scheme = '', token = ''] = headers.authorization.split(' ', 2);
  return scheme.toLowerCase() === 'bearer' ? token : undefined;
}
