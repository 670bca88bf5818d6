import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Limits } from './limits.ts';
import type { Connection, ConnectionEvents, Transport } from './transport.ts';

type WebSocketLimits = Pick<Limits, 'maxFrameBytes' | 'greetingTimeoutMs' | 'maxLinkConnections'>;

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const TEXT_ONLY = 1003;

/** Links over WebSocket (RFC 6455): text frames, uncompressed, on a free port of `host`. */
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
      socket.on('open', () => events.opened());
      report(socket, events);
      return connectionOf(socket);
    },
    async listen(accept) {
      const http = createServer({ headersTimeout: limits.greetingTimeoutMs }, refuseRequest);
      http.maxConnections = limits.maxLinkConnections;
      const server = new WebSocketServer({ ...options, server: http });
      server.on('connection', (socket) => report(socket, accept(connectionOf(socket))));
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

function connectionOf(socket: WebSocket): Connection {
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(NORMAL),
  };
}

function report(socket: WebSocket, events: ConnectionEvents): void {
  let reason = '';
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) socket.close(TEXT_ONLY);
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
