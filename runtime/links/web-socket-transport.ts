import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../limits.ts';
import { type Allowance, createAllowance, createStrangers } from './strangers.ts';
import type { ConnectionEvents, PeerConnection, ShownCertificates, Transport } from './transport.ts';

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
 * Who dials masks with zeros, which changes nothing and costs nothing. A mask is there lest a page in a browser writes what a
 * proxy between takes for an answer of HTTP (RFC 6455, section 10.3); no browser dials here, and no proxy is between.
 */
const unmasked = (mask: Buffer) => void mask.fill(0);

/** In PEM. Both ends of a link show a certificate that this authority has signed. */
export interface LinkCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Where to listen: on a port of a host, a free one if none is named, or on a Unix socket at an unused path. */
export type ListenPlace =
  | { readonly host: string; readonly port?: number; readonly tls?: LinkCertificates | undefined }
  | { readonly path: string };

export const LOOPBACK: ListenPlace = { host: '127.0.0.1' };

/**
 * Links over WebSocket (RFC 6455): text frames, uncompressed. Any address can be dialled, `ws:` or `ws+unix:`. A
 * socket has no lock of its own: only those who may not enter its folder are kept out. A listener keeps at most
 * `maxUngreetedConnections` that are not trusted; the oldest gives way to the next.
 */
export function webSocketTransport(limits: WebSocketLimits, place = LOOPBACK): Transport {
  const options = {
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    /** How long a peer may take to answer a close; the socket is destroyed then. */
    closeTimeout: limits.greetingTimeoutMs,
  };

  const tls = 'path' in place ? undefined : place.tls;

  return {
    dial(url, events) {
      const socket = new WebSocket(url, {
        ...options,
        ...tls,
        handshakeTimeout: limits.greetingTimeoutMs,
        generateMask: unmasked,
      });
      let allowance: Allowance | undefined;
      let certificates: ShownCertificates | undefined;
      socket.once('upgrade', ({ socket: wire }) => {
        certificates = shownOn(wire);
        socket.once('open', () => {
          allowance = createAllowance(wire, limits.maxStrangerBytes);
          events.opened();
        });
      });
      report(socket, events, (bytes) => allowance?.admits(bytes) ?? true);
      return connectionOf(
        socket,
        () => allowance?.lift(),
        () => certificates,
      );
    },
    async listen(accept) {
      const strangers = createStrangers(limits.maxUngreetedConnections);
      const serving = {
        maxHeaderSize: limits.maxStrangerBytes,
        headersTimeout: limits.greetingTimeoutMs,
        requestTimeout: limits.greetingTimeoutMs,
        connectionsCheckingInterval: Math.ceil(limits.greetingTimeoutMs / LOOKS),
      };
      const http = tls
        ? createTlsServer({ ...serving, ...tls, requestCert: true, rejectUnauthorized: true }, refuseRequest)
        : createServer(serving, refuseRequest);
      http.on(tls ? 'secureConnection' : 'connection', strangers.arrived);
      const server = new WebSocketServer({ ...options, server: http });
      server.on('connection', (socket, { socket: wire }) => {
        const allowance = createAllowance(wire, limits.maxStrangerBytes);
        const trust = () => {
          allowance.lift();
          strangers.left(wire);
        };
        const certificates = shownOn(wire);
        report(socket, accept(connectionOf(socket, trust, () => certificates)), allowance.admits);
      });
      http.listen('path' in place ? place : { host: place.host, port: place.port ?? 0 });
      await once(http, 'listening');
      return {
        url: urlOf(http.address()!, tls ? 'wss' : 'ws'),
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

function shownOn(wire: Socket): ShownCertificates | undefined {
  if (!(wire instanceof TLSSocket)) return undefined;
  const own = wire.getCertificate() as Partial<PeerCertificate> | null;
  return { own: own?.fingerprint256 ?? '', peer: wire.getPeerCertificate().fingerprint256 ?? '' };
}

function connectionOf(
  socket: WebSocket,
  trust: () => void,
  certificates: () => ShownCertificates | undefined,
): PeerConnection {
  return {
    trust,
    get certificates() {
      return certificates();
    },
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

/** A Unix socket's address is its path. */
function urlOf(address: AddressInfo | string, scheme: 'ws' | 'wss'): string {
  return typeof address === 'string'
    ? `ws+unix:${address}`
    : `${scheme}://${address.address}:${address.port}`;
}

/** Whoever speaks plain HTTP here has the wrong address. */
function refuseRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { connection: 'close' }).end();
}
