import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bare sockets, for what no HTTP or WebSocket library would do. */

/** Milliseconds that a connection or a handshake may take. */
const PATIENCE_MS = 5_000;

/** Opens a connection; undefined where nobody takes it. Errors later on only close it. */
export async function openSocket(url: string): Promise<Socket | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const opened = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  const inTime = sleep(PATIENCE_MS, false, { ref: false });
  if (await Promise.race([opened, inTime])) return socket;
  socket.destroy();
  return undefined;
}

/** As many as are taken. */
export async function openSockets(url: string, count: number): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(url)));
  return sockets.filter((socket) => socket !== undefined);
}

/** The status of a handshake that was agreed to. */
export const SWITCHED = 101;

/** Asks for a WebSocket; resolves to the status of the answer, 0 where there is none. */
export async function upgrade(socket: Socket, url: string, headers: readonly string[] = []): Promise<number> {
  const { host, pathname } = new URL(url);
  socket.write(
    [
      `GET ${pathname} HTTP/1.1`,
      `host: ${host}`,
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==',
      ...headers,
      '\r\n',
    ].join('\r\n'),
  );
  const waiting = new AbortController();
  const limit = setTimeout(() => waiting.abort(), PATIENCE_MS);
  const answer = once(socket, 'data', { signal: waiting.signal }).then(
    ([data]) => String(data),
    () => '',
  );
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('')));
  const text = await Promise.race([answer, closed]);
  clearTimeout(limit);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}

/** The beginning of a whole text frame of `length` bytes from a client, masked with zeros (RFC 6455, section 5.2). */
export function frameHead(length: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

export function destroyAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
