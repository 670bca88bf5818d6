import { connect } from 'node:net';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { webSocketDial } from '../../client/socket.ts';
import { systemClock } from '../../runtime/clock.ts';
import { httpTexts, type Job, rpcText } from './job.ts';

/** What one request came to: `ok`, or the error's code. */
export type Outcome = string;

/** One connection, on which up to `width` jobs are under way; each has a slot of its own meanwhile. */
export interface BenchConnection {
  readonly width: number;
  send(slot: number, job: Job): void;
  close(): void;
}

export type Answered = (slot: number, outcome: Outcome) => void;

/**
 * Opens a WebSocket; a lost one answers all of its jobs with `lost`. `batched` gathers the calls of one turn into one
 * frame (a batch of JSON-RPC 2.0).
 */
export function openWebSocketConnection(
  url: string,
  width: number,
  answered: Answered,
  batched = false,
): Promise<BenchConnection> {
  const pending = new Set<number>();
  const settle = (slot: number, outcome: Outcome) => {
    if (pending.delete(slot)) answered(slot, outcome);
  };
  let gathered: string[] = [];
  return new Promise((resolve, reject) => {
    const connection = webSocketDial(systemClock, DEFAULT_CLIENT_LIMITS)(url, {
      opened: () =>
        resolve({
          width,
          send(slot, job) {
            pending.add(slot);
            const text = rpcText(job, slot);
            if (!batched) connection.send(text);
            else if (gathered.push(text) === 1) queueMicrotask(flush);
          },
          close: () => connection.close(),
        }),
      frame(text) {
        for (const [slot, outcome] of outcomesIn(text)) settle(slot, outcome);
      },
      closed(reason) {
        reject(new Error(reason));
        for (const slot of pending) settle(slot, 'lost');
      },
    });
    const flush = () => {
      connection.send(`[${gathered.join(',')}]`);
      gathered = [];
    };
  });
}

interface RpcAnswer {
  readonly id: number;
  readonly error?: { readonly message: string; readonly data?: { readonly code?: string } };
}

/** Within the texts of an answer quotation marks have a backslash before them, so this is found nowhere else. */
const RESULT = /\{"jsonrpc":"2\.0","id":(\d+),"/g;

/** As by HTTP it reads what it needs: the ids of good answers; all of a frame in which any is not. */
function outcomesIn(text: string): (readonly [slot: number, outcome: Outcome])[] {
  if (!text.includes('"error":')) return Array.from(text.matchAll(RESULT), ([, id]) => [Number(id), 'ok']);
  const answer: RpcAnswer | RpcAnswer[] = JSON.parse(text);
  return [answer].flat().map(({ id, error }) => [id, error ? (error.data?.code ?? error.message) : 'ok']);
}

const HEAD_END = '\r\n\r\n';

/**
 * One keep-alive connection of HTTP/1.1, which has one request under way at a time. It reads what these answers need
 * and no more (a status, a content-length), since an HTTP client for everything would cost more than the servers do.
 */
export function openHttpConnection(url: string, answered: Answered): Promise<BenchConnection> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), noDelay: true });
  let unread: Buffer = Buffer.alloc(0);
  let busy: number | undefined;
  /** What is still to be sent of the job under way. */
  let texts: string[] = [];
  const sendNext = () => socket.write(texts.shift()!);
  const settle = (outcome: Outcome) => {
    const slot = busy;
    busy = undefined;
    if (slot !== undefined) answered(slot, outcome);
  };

  socket.on('data', (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    const headEnd = unread.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = unread.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return void socket.destroy();
    const end = headEnd + HEAD_END.length + Number(length);
    if (unread.length < end) return;
    const body = head[9] === '2' ? '' : unread.toString('utf8', headEnd + HEAD_END.length, end);
    unread = Buffer.alloc(0);
    if (head[9] === '2' && texts.length > 0) sendNext();
    else settle(head[9] === '2' ? 'ok' : codeOf(head.slice(9, 12), body));
  });
  socket.on('error', () => {});
  socket.on('close', () => settle('lost'));

  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () =>
      resolve({
        width: 1,
        send(slot, job) {
          busy = slot;
          if (socket.destroyed) queueMicrotask(() => settle('lost'));
          else {
            texts = httpTexts(job, host);
            sendNext();
          }
        },
        close: () => socket.destroy(),
      }),
    );
  });
}

function codeOf(status: string, body: string): Outcome {
  try {
    return JSON.parse(body).code ?? status;
  } catch {
    return status;
  }
}
