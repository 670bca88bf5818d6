import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { type Bridge, type BridgeOptions, openBridge } from '../../gateway/bridge/bridge.ts';
import type { Access } from '../../gateway/bridge/doorkeeper.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { NewBook } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { type Logger, silentLogger } from '../../runtime/logger.ts';
import { createMemoryService, type MemoryService } from '../support/memory-service.ts';

export const TOKEN = 'the-admin-token';
export const READER_TOKEN = 'the-reader-token';
export const AS_READER = { authorization: `Bearer ${READER_TOKEN}` };
export const AS_ADMIN = { authorization: `Bearer ${TOKEN}` };

export const BOOKS: readonly NewBook[] = [
  { id: 1, title: 'How to get a good grade', topic: 'distributed systems', price: 1000, stock: 100 },
  { id: 2, title: 'RPCs for Noobs', topic: 'distributed systems', price: 1999, stock: 3, year: 2001 },
  { id: 3, title: 'Xen and the Art', topic: 'Undergraduate School', price: 5, stock: 0, isbn: '123' },
];

export interface Opened {
  readonly bridge: Bridge;
  readonly url: string;
  readonly service: MemoryService;
}

type Options = readonly [
  limits?: Partial<Limits>,
  logger?: Logger,
  access?: Access & Pick<BridgeOptions, 'tls' | 'currency'>,
];

/** Opens a bridge over `BOOKS`, for the caller to close. */
export async function openBooks(
  ...[limits = {}, logger = silentLogger, access = {}]: Options
): Promise<Opened> {
  const service = await createMemoryService(BOOKS);
  const bridge = await openBridge({
    cluster: 'shop',
    service,
    host: '127.0.0.1',
    port: 0,
    adminToken: TOKEN,
    readerToken: READER_TOKEN,
    ...access,
    limits: { ...DEFAULT_LIMITS, ...limits },
    clock: systemClock,
    logger,
  });
  return { bridge, url: bridge.url, service };
}

/** Opens one for `use`, and closes it whatever happens. */
export async function withBridge(use: (opened: Opened) => Promise<void>, ...options: Options): Promise<void> {
  const opened = await openBooks(...options);
  try {
    await use(opened);
  } finally {
    await opened.bridge.close();
  }
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** JSON of any of the bridges' shapes, as far as the tests look into it. */
export interface Body {
  readonly jsonrpc?: string;
  readonly id?: number | string | null;
  readonly title?: string;
  readonly topic?: string;
  readonly price?: string;
  readonly currency?: string;
  readonly retired?: boolean;
  readonly changed?: number[];
  readonly added?: number[];
  readonly duplicates?: object[];
  readonly events?: { number: number; reason?: string; changes: object[] }[];
  readonly money?: object;
  readonly total?: string;
  readonly stock?: number;
  readonly version?: number;
  readonly books?: Body[];
  readonly orders?: Body[];
  readonly lines?: Body[];
  readonly next?: number | string | null;
  readonly nodes?: Body[];
  readonly kind?: string;
  readonly state?: string;
  readonly orderId?: string;
  readonly status?: string | number;
  readonly type?: string;
  readonly detail?: string;
  readonly outcome?: string;
  readonly bookId?: number;
  readonly bookVersion?: number;
  readonly skipped?: number[];
  readonly replayed?: boolean;
  readonly ready?: boolean;
  readonly code?: string | number;
  readonly message?: string;
  readonly method?: string;
  readonly params?: Body;
  readonly result?: Body;
  readonly error?: Body;
  readonly data?: Body;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
  return send('POST', url, body, headers);
}

export function send(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(url, { method, body: text, headers: { 'content-type': 'application/json', ...headers } });
}

/** Sends bytes as they are and resolves to everything that came back before the other side closed. */
export async function raw(url: string, ...chunks: (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  socket.on('error', () => {});
  for (const chunk of chunks) socket.write(chunk);
  await once(socket, 'close');
  return text;
}

/** A bare JSON-RPC client: what it sends is what the test says, what came is there to look at. */
export interface RpcClient {
  readonly socket: WebSocket;
  readonly received: Body[];
  sendText(text: string | Buffer): void;
  call(method: string, params?: object): Promise<Body>;
  /** The `n`th received message, counted from 0. */
  message(n: number): Promise<Body>;
  closed(): Promise<number>;
  close(): void;
}

export async function openRpc(url: string): Promise<RpcClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const received: Body[] = [];
  const arrivals = new Set<() => void>();
  let nextId = 1000;
  const closing = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()));
    for (const arrived of arrivals) arrived();
  });
  await once(socket, 'open');
  socket.on('error', () => {});

  function until(find: () => Body | undefined): Promise<Body> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        arrivals.delete(look);
        resolve(found);
      };
      arrivals.add(look);
      look();
    });
  }

  return {
    socket,
    received,
    sendText: (text) => socket.send(text),
    call(method, params) {
      const id = nextId++;
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) }));
      return until(() => received.find((message) => (message.id as unknown) === id));
    },
    message: (n) => until(() => received[n]),
    closed: () => closing,
    close: () => socket.close(),
  };
}
