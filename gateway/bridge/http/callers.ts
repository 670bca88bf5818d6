import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { Caller, Context } from '../context.ts';
import { createReader, type Reader } from '../pages.ts';

/**
 * Who asks by HTTP: one caller for each connection, so that requests which were pipelined on it are worked on one
 * after the other where their answers are large.
 */
export function createCallers(context: Context): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<Socket, Caller>();

  function createCaller(socket: Socket, address: string): Caller {
    const readers = new Map<'pages' | 'audits', Reader>();
    const cut = () => {
      context.logger.warn(`client ${address} is cut off: it does not read its answers`);
      socket.destroy();
    };
    return {
      isAdmin: false,
      address,
      watcher: undefined,
      reader(heavy) {
        if (socket.destroyed) throw new BazarError('unavailable', 'The client has gone.');
        const known = readers.get(heavy);
        if (known) return known;
        const reader = createReader(address, { gathers: false, cut });
        readers.set(heavy, reader);
        // Of answers that wait behind others of their connection, node does not say that they will never leave.
        socket.once('close', () => context[heavy].gone(reader));
        return reader;
      },
    };
  }

  return ({ raw: { socket }, ip }) => {
    const known = callers.get(socket);
    if (known) return known;
    const caller = createCaller(socket, ip);
    callers.set(socket, caller);
    return caller;
  };
}
