import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { Desk } from '../context.ts';
import { createReader, type Made, type Pages, type Reader } from '../pages.ts';

/** Makes the answer and sends it; `made` is to be told what it came to. */
type Work = (deadline: number, made: Made) => Promise<FastifyReply> | FastifyReply;

/**
 * Heavy reads by HTTP: each waits for its turn, and keeps its place until the answer has left to the socket. Requests
 * that were pipelined on one connection are worked on one after the other.
 */
export function createHeavyReads({ clock, limits, logger }: Desk, pages: Pages) {
  const readers = new WeakMap<Socket, Reader>();

  function readerOf(socket: Socket, address: string): Reader {
    const known = readers.get(socket);
    if (known) return known;
    const cut = () => {
      logger.warn(`client ${address} is cut off: it does not read its answers`);
      socket.destroy();
    };
    const reader = createReader(address, { gathers: false, cut });
    readers.set(socket, reader);
    // Of answers that wait behind others of their connection, node does not say that they will never leave.
    socket.once('close', () => pages.gone(reader));
    return reader;
  }

  return async (request: FastifyRequest, reply: FastifyReply, work: Work): Promise<FastifyReply> => {
    const { socket } = request.raw;
    if (socket.destroyed) throw new BazarError('unavailable', 'The client has gone.');
    const arrived = clock.monotonic();
    // What gets its turn has half of its time left.
    const place = await pages.take(readerOf(socket, request.ip), arrived + limits.readDeadlineMs / 2);
    reply.raw.once('finish', place.left);
    reply.raw.once('close', place.left);
    try {
      return await work(arrived + limits.readDeadlineMs, place.made);
    } finally {
      place.made(0);
    }
  };
}
