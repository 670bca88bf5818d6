import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Limits } from './limits.ts';
import { type Allowance, createAllowance, createStrangers } from './strangers.ts';
import type { ConnectionEvents, PeerConnection, Transport } from './transport.ts';

type WebSocketLimits = Pick<
  Limits,
  'maxFrameBytes' | 'greetingTimeoutMs' | 'maxStrangerBytes' | 'maxUngreetedConnections'
>;

/** How often node looks for callers that do not finish their request, in each `greetingTimeoutMs`. */
const LOOKS = 4;

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const TEXT_ONLY = 1003;

/**
 * Links over WebSocket (RFC 6455): text frames, uncompressed, on a free port of `host`. A listener keeps at most
 * `maxUngreetedConnections` that are not trusted; the oldest gives way to the next.
 */
export function webSocketTransport(limits: WebSocketLimits, host = '127.0.0.1'): Transport {
  const options = {
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    /** How long a peer may take to answer a close; the socket is destroyed then. */
    closeTimeout: limits.greetingTimeoutMs,
  };

  return {
    dial(url, events) {
      const socket = new WebSocket(url, { ...options, handshakeTimeout: limits.greetingTimeoutMs });
      let allowance: Allowance | undefined;
      socket.once('upgrade', ({ socket: wire }) => {
        socket.once('open', () => {
          allowance = createAllowance(wire, limits.maxStrangerBytes);
          events.opened();
        });
      });
      report(socket, events, (bytes) => allowance?.admits(bytes) ?? true);
      return connectionOf(socket, () => allowance?.lift());
    },
    async listen(accept) {
      const strangers = createStrangers(limits.maxUngreetedConnections);
      const http = createServer(
        {
          maxHeaderSize: limits.maxStrangerBytes,
          headersTimeout: limits.greetingTimeoutMs,
          requestTimeout: limits.greetingTimeoutMs,
          connectionsCheckingInterval: Math.ceil(limits.greetingTimeoutMs / LOOKS),
        },
        refuseRequest,
      );
      http.on('connection', strangers.arrived);
      const server = new WebSocketServer({ ...options, server: http });
      server.on('connection', (socket, { socket: wire }) => {
        const allowance = createAllowance(wire, limits.maxStrangerBytes);
        const trust = () => {
          allowance.lift();
          strangers.left(wire);
        };
        report(socket, accept(connectionOf(socket, trust)), allowance.admits);
      });
      http.listen(0, host);
      await once(http, 'listening');
      const { port } = http.address() as AddressInfo;
      return {
        url: `ws://${host}:${port}`,
        async close() {
          const closed = once(http, 'close');
          http.close();
          http.closeAllConnections();
          for (const socket of server.clients) socket.close(NORMAL);
          await closed;
        },
      };
    },
  };
}

function connectionOf(socket: WebSocket, trust: () => void): PeerConnection {
  return {
    trust,
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(NORMAL),
  };
}

function report(socket: WebSocket, events: ConnectionEvents, admits: (bytes: number) => boolean): void {
  let reason = '';
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!admits((data as Buffer).length)) socket.terminate();
    else if (isBinary) socket.close(TEXT_ONLY);
    else events.frame(data.toString());
  });
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.on('close', (code) => events.closed(reason || `closed with code ${code}`));
}

/** Whoever speaks plain HTTP here has the wrong address. */
function refuseRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { connection: 'close' }).end();
}
