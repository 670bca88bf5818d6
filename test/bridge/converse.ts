import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PATIENCE_MS } from '../support/eventually.ts';

/** What comes back on one connection that stays open, one answer after the other. */
export interface Conversation {
  readonly socket: Socket;
  say(text: string): void;
  /** The next answer: its lines, sorted and without the date, and its body. */
  next(): Promise<{ status: string; head: string[]; body: string }>;
}

export async function converse(url: string): Promise<Conversation> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  let unread = '';
  // A character for each byte, as a content-length counts.
  socket.setEncoding('latin1').on('data', (data) => {
    unread += data;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return {
    socket,
    say: (text) => void socket.write(text),
    async next() {
      for (;;) {
        const [head = '', rest] = unread.split(/\r\n\r\n(.*)/s);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
        if (rest === undefined || rest.length < length) {
          await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
          continue;
        }
        unread = rest.slice(length);
        const [status = '', ...lines] = head.split('\r\n');
        const told = lines.map((line) => line.toLowerCase()).filter((line) => !line.startsWith('date:'));
        return { status, head: told.sort(), body: rest.slice(0, length) };
      }
    },
  };
}

/** A line that makes any request one for the router. */
export const ROUTED = 'x-empty:\r\n';

export function posted(path: string, body: string, more = ''): string {
  const type = body === '' ? '' : 'content-type: application/json\r\n';
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${type}${more}content-length: ${length}\r\n\r\n${body}`;
}
