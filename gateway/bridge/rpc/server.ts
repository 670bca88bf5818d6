import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { asBazarError, BazarError } from '../../../runtime/errors.ts';
import type { Context } from '../context.ts';
import { READ_AHEAD_BYTES } from '../intake.ts';
import { isLocal } from '../is-local.ts';
import type { Operation } from '../operations/operation.ts';
import { writeProblem } from '../problem-response.ts';
import { UNCOUNTED_BYTES } from '../shared-bytes.ts';
import { createRpcConnection } from './connection.ts';
import { createFrameProgress } from './frame-progress.ts';
import { createFlow, createLine, type GatheringLine } from './line.ts';
import { createMethods } from './methods.ts';
import { MAX_READ_BYTES, readTextFrames } from './text-frames.ts';

const PATH = '/ws';
const GOING_AWAY = 1001;

/** How often unfinished messages and unread answers are looked at, in the time that each may take. */
const LOOKS = 10;

export interface RpcServer {
  /** Takes an HTTP upgrade; what cannot become a client is answered with a problem and closed. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly clients: () => number;
  /** Closes every connection as going away (1001), once what was sent has left. */
  goodbye(): void;
  close(): void;
}

/** A connection. Its times are monotonic ms. */
interface Life {
  readonly line: GatheringLine;
  /** When it was heard of last. */
  heardAt: number;
  /** When it was first seen not to have taken what was sent; undefined while it has. */
  behindSince: number | undefined;
}

/** JSON-RPC over WebSocket (RFC 6455). The one place where clients' sockets are handled. */
export function createRpcServer(
  context: Context,
  operations: Readonly<Record<string, Operation>>,
): RpcServer {
  const {
    admission,
    doorkeeper,
    limits,
    held,
    intake,
    clock,
    logger,
    subscriptions,
    allBooks,
    spectators,
    endOfTurn,
  } = context;
  const methods = createMethods(context, operations);
  const maxText = Math.min(MAX_READ_BYTES, limits.maxBodyBytes);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxBodyBytes,
    // None is spoken but JSON-RPC, which has no name; the library would agree to whatever is asked for first.
    handleProtocols: () => false,
  });
  /** Open connections and their last signs of life. */
  const alive = new Map<WebSocket, Life>();
  let pings = clock.setTimeout(pingAll, limits.clientPingMs);
  const lookMs = Math.min(limits.frameTimeoutMs, limits.unreadAnswerMs) / LOOKS;
  let looks = clock.setTimeout(look, lookMs);

  function pingAll(): void {
    for (const [client, life] of alive) {
      // Whoever takes what is sent, and is not read, cannot be heard.
      if (client.isPaused && life.line.isReady) life.heardAt = clock.monotonic();
      if (clock.monotonic() - life.heardAt < limits.clientSilenceMs) client.ping();
      else client.terminate();
    }
    pings = clock.setTimeout(pingAll, limits.clientPingMs);
  }

  function look(): void {
    held.unfinished.expire(limits.frameTimeoutMs);
    for (const life of alive.values()) lookAtBacklog(life);
    looks = clock.setTimeout(look, lookMs);
  }

  /** Whoever reads nothing is cut off, however little waits for it and however much it says. */
  function lookAtBacklog(life: Life): void {
    const { line } = life;
    const now = clock.monotonic();
    if (line.isReady) life.behindSince = undefined;
    else life.behindSince ??= now;
    if (now - (life.behindSince ?? now) >= limits.unreadAnswerMs) line.cut('it does not read its answers');
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const fail = () => socket.destroy();
    socket.on('error', fail);
    const error = refusal(request);
    if (error) writeProblem(socket, error);
    else {
      server.handleUpgrade(request, socket, head, (client) => {
        socket.off('error', fail);
        connect(client, socket as Socket, isLocal(request));
      });
    }
  }

  function refusal(request: IncomingMessage): BazarError | undefined {
    const { url = '' } = request;
    try {
      doorkeeper.checkHost(request);
      doorkeeper.checkOrigin(request);
    } catch (error) {
      return asBazarError(error);
    }
    if (url.split('?', 1)[0] !== PATH)
      return new BazarError('not-found', `WebSockets are served at ${PATH}.`);
    if (admission.draining) return new BazarError('draining');
    if (alive.size < limits.maxClientConnections) return undefined;
    return new BazarError(
      'overloaded',
      `There are ${limits.maxClientConnections} clients connected already.`,
    );
  }

  function connect(client: WebSocket, socket: Socket, isLocal: boolean): void {
    const frames = createFrameProgress();
    let hasEnded = false;
    const flow = createFlow(client, weighFrames);
    const line = createLine(client, socket, isLocal, flow, endOfTurn, (reason) => {
      logger.warn(`client ${socket.remoteAddress} is cut off: ${reason}`);
    });
    const unfinished = held.unfinished.open(line.cut);
    const pieces = intake.open(line.address, {
      pause: () => flow.hold('intake'),
      resume: () => flow.release('intake'),
    });
    const connection = createRpcConnection({ line, context, methods });
    const life: Life = { line, heardAt: clock.monotonic(), behindSince: undefined };
    alive.set(client, life);
    const sign = () => {
      life.heardAt = clock.monotonic();
    };
    client.on('pong', sign);
    client.on('message', (data, isBinary) => {
      sign();
      if (isBinary) connection.receivedBinary(data as Buffer);
      else connection.received(data.toString());
      // The library answers a goodbye at once.
      line.flush();
    });
    client.on('error', (error) => logger.debug(`client ${socket.remoteAddress}: ${error.message}`));
    const [readFrames] = socket.listeners('data') as [(chunk: Buffer) => void];
    socket.off('data', readFrames);
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed) return;
      const texts = line.isOpen && frames.unfinishedBytes === 0 ? readTextFrames(chunk, maxText) : undefined;
      if (texts) {
        sign();
        for (const text of texts) connection.received(text);
        return;
      }
      readByLibrary(chunk);
      // What began within this piece is new, whatever was unfinished before it.
      if (frames.take(chunk)) unfinished.hold(0);
      weighFrames();
      if (frames.unfinishedBytes > UNCOUNTED_BYTES) pieces.took(chunk.length);
    });
    client.on('close', () => {
      alive.delete(client);
      unfinished.close();
      pieces.close();
      connection.closed();
    });
    socket.on('drain', () => {
      sign();
      life.behindSince = undefined;
      connection.drained();
    });

    /** It takes its listener away where it reads nothing more. */
    function readByLibrary(chunk: Buffer): void {
      line.flush();
      if (hasEnded) return;
      socket.on('data', readFrames);
      readFrames.call(socket, chunk);
      hasEnded = !socket.listeners('data').includes(readFrames);
      socket.off('data', readFrames);
    }

    function weighFrames(): void {
      // What is not read until calls have had their turns cannot come to its end.
      if (flow.isHeldBy('turns')) unfinished.hold(0);
      else unfinished.hold(frames.unfinishedBytes + (flow.isHeldBy('intake') ? READ_AHEAD_BYTES : 0));
    }
  }

  return {
    upgrade,
    clients: () => alive.size,
    goodbye() {
      for (const [client, { line }] of alive) {
        line.flush();
        client.close(GOING_AWAY, 'the store is shutting down');
      }
    },
    close() {
      clock.clearTimeout(pings);
      clock.clearTimeout(looks);
      subscriptions.close();
      allBooks.close();
      spectators.close();
      for (const client of alive.keys()) client.terminate();
    },
  };
}
