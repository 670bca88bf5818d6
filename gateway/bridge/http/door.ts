import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { BazarError } from '../../../runtime/errors.ts';
import type { ConnectionLoad } from '../admission.ts';
import type { Context } from '../context.ts';
import { writeProblem } from '../problem-response.ts';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';

/** Answers a plain request with the text of the whole response; undefined where it is for the routes to answer. */
export type PlainAnswer = (request: PlainRequest, socket: Socket) => string | Promise<string> | undefined;

/** The connections that have asked nothing but plain questions so far. */
export interface PlainDoor {
  /** Ends each of them when nothing is under way on it. */
  closeIdle(): void;
  close(): void;
}

/**
 * Answers what shops ask all day from the bytes of their connections, as the routes would. Node makes two streams and a
 * dozen of listeners for a request, and a router and its hooks come on top; together they cost several times what such an
 * answer does. With the first request that is not plain, or not alone in its piece, a connection is node's for good, and
 * what it said last is put back; nothing of this has happened for it.
 */
export function openDoor(server: Server, context: Context, answer: PlainAnswer): PlainDoor {
  const { admission, doorkeeper, limits, logger } = context;
  // Answers say then which origins may read them, or the way of each request is told.
  if (doorkeeper.namesOrigins || logger.isLevelEnabled('debug')) return { closeIdle() {}, close() {} };
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  const [listen] = server.listeners(event) as unknown as [(socket: Socket) => void];
  /** What ends each of them once nothing is under way. */
  const here = new Map<Socket, () => void>();
  const seen = new WeakSet<Socket>();

  function open(socket: Socket): void {
    let hasAsked = false;
    /** An answer is under way; what has come meanwhile waits. */
    let isBusy = false;
    const load: ConnectionLoad = { inFlight: 0 };
    let waiting: Buffer | undefined;
    let isLast = false;
    /** The host that was found right. */
    let welcome: string | undefined;
    here.set(socket, letGo);
    seen.add(socket);
    socket.setTimeout(limits.httpRequestTimeoutMs);
    for (const [name, listener] of listeners()) socket.on(name, listener);

    function listeners() {
      return Object.entries({ data: receive, end, error: end, timeout: late, close: leave });
    }

    function leave(): void {
      rest();
      here.delete(socket);
      for (const [name, listener] of listeners()) socket.off(name, listener);
    }

    /** As node has it: who says nothing more is answered nothing more. */
    function end(): void {
      socket.destroySoon();
    }

    function letGo(): void {
      isLast = true;
      if (!isBusy) socket.destroySoon();
    }

    /** What it has not read in all this time it never will, so nothing waits for that. */
    function late(): void {
      if (isBusy) return;
      if (hasAsked) {
        socket.destroy();
        return;
      }
      writeProblem(socket, new BazarError('request-timeout'));
      socket.destroySoon();
    }

    function handOver(piece: Buffer): void {
      leave();
      socket.setTimeout(0);
      socket.unshift(piece);
      listen.call(server, socket);
    }

    function receive(piece: Buffer): void {
      if (isBusy) {
        waiting = piece;
        socket.pause();
        return;
      }
      const request = readPlainRequest(piece);
      const answered = request && isWelcome(request) && !socket.writableNeedDrain && answer(request, socket);
      if (!answered) {
        handOver(piece);
        return;
      }
      if (!hasAsked) socket.setTimeout(limits.keepAliveMs);
      hasAsked = true;
      if (typeof answered === 'string') {
        socket.write(answered);
      } else {
        isBusy = true;
        admission.enter(load);
        void answered.then(finish);
      }
    }

    /** The answer has come, or nobody waits for it any more. */
    function rest(): void {
      if (!isBusy) return;
      isBusy = false;
      admission.leave(load);
    }

    function finish(text: string): void {
      if (!here.has(socket)) return;
      socket.write(text);
      rest();
      if (waiting) {
        const next = waiting;
        waiting = undefined;
        receive(next);
        socket.resume();
      }
      if (isLast && !isBusy && here.has(socket)) socket.destroySoon();
    }

    function isWelcome({ host }: PlainRequest): boolean {
      if (host !== welcome && !doorkeeper.answersTo(host, socket)) return false;
      welcome = host;
      return true;
    }
  }

  server.removeListener(event, listen);
  server.on(event, (socket: Socket) => {
    if (seen.has(socket)) listen.call(server, socket);
    else open(socket);
  });

  return {
    closeIdle() {
      for (const letGo of here.values()) letGo();
    },
    close() {
      for (const socket of here.keys()) socket.destroy();
    },
  };
}
