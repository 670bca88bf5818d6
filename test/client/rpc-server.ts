import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Dial } from '../../client/socket.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { MemoryNetwork } from '../support/memory-transport.ts';

/**
 * Gives the result of a call. A `BazarError` that it throws is sent as the store sends its own; `SILENCE` is no
 * answer at all.
 */
export type Handler = (call: Received) => unknown;

export interface Received {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The frame that it came in. */
  readonly text: string;
  readonly from: Wire;
}

/** The server's end of one connection. */
export interface Wire {
  send(text: string): void;
  close(): void;
}

export const SILENCE = Symbol('no answer');

export function notification(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

/** Serves in the memory network; the address a client dials does not matter there. */
export async function serveInMemory(network: MemoryNetwork, handler: Handler): Promise<{ dial: Dial }> {
  const { url } = await network.listen((connection) => ({
    opened() {},
    closed() {},
    frame: (text) => respond(handler, connection, text),
  }));
  return { dial: (_, events) => network.dial(url, events) };
}

/** Serves real WebSockets on a free port of this machine. */
export async function serveWebSockets(
  handler: Handler,
  port = 0,
): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/ws' });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => {
    const wire: Wire = { send: (text) => socket.send(text), close: () => socket.terminate() };
    socket.on('message', (data) => respond(handler, wire, data.toString()));
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close() {
      for (const socket of server.clients) socket.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function respond(handler: Handler, from: Wire, text: string): void {
  const { id, method, params } = JSON.parse(text);
  try {
    const result = handler({ method, params, text, from });
    if (result !== SILENCE) from.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
  } catch (error) {
    if (!(error instanceof BazarError)) throw error;
    const { code, outcome, message, details } = error;
    const data = { ...details, code, outcome };
    from.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message, data } }));
  }
}
