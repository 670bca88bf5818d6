import { on, once } from 'node:events';
import { WebSocket } from 'ws';
import { SAMPLE_BOOKS } from '../../client/sample-books.ts';
import { openBridge } from '../../gateway/bridge/bridge.ts';
import type { OperationName, Params } from '../../gateway/bridge/operations/index.ts';
import type { HttpRequest, Operation } from '../../gateway/bridge/operations/operation.ts';
import type { Role } from '../../runtime/api.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type Happening, sentenceOf } from '../../runtime/happenings.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import type { ToldHappening } from '../../runtime/watch-answers.ts';
import { createMemoryService } from '../../test/support/memory-service.ts';

/** The examples of the API's document: each is asked of a real bridge over the sample books, and its answer kept. */

const TOKENS = { adminToken: 'THE-ADMIN-TOKEN', readerToken: 'THE-READER-TOKEN' };

/** What is asked in the examples of each operation, by name; what is left out there stays at its default. */
const EXAMPLES: { readonly [Name in OperationName]: readonly [Params<Name>, ...Params<Name>[]] } = {
  search: [{ topic: 'distributed systems' }, { topic: 'distributed systems', limit: 2 }],
  topics: [{}],
  info: [{ id: 1 }, { id: 99 }],
  books: [{ limit: 1 }],
  find: [{ q: 'coking undergrad' }, { inStock: true, sort: 'title', limit: 2 }],
  order: [{ orderId: 'an-earlier-order' }],
  orders: [{ limit: 10 }, { since: 0, limit: 10 }],
  events: [{ since: 0, limit: 1 }],
  purchase: [
    { id: 1, quantity: 2, orderId: 'my-order-17' },
    {
      lines: [
        { id: 1, price: '10.00' },
        { id: 4, quantity: 500 },
      ],
      orderId: 'my-order-18',
    },
  ],
  purchaseOne: [{ id: 2, orderId: 'my-order-17' }],
  hold: [{ id: 1, quantity: 2, ttlMs: 600_000, orderId: 'my-order-17' }],
  confirm: [{ orderId: 'an-earlier-hold' }],
  release: [{ orderId: 'an-earlier-hold' }],
  cancel: [
    { orderId: 'an-earlier-order', lines: [{ id: 1, quantity: 2 }], key: 'my-cancellation-1' },
    { orderId: 'an-earlier-order', lines: [{ id: 1, quantity: 4 }] },
  ],
  addBooks: [
    { books: [{ title: 'A new book', topic: 'news', price: '19.99', stock: 5 }], key: 'my-books-1' },
  ],
  updateBook: [{ id: 2, price: '12.50', expectVersion: 1, key: 'my-change-1' }],
  changeBooks: [
    {
      changes: [
        { id: 2, topic: 'networks' },
        { id: 4, adjust: { by: -2, reason: 'two are torn' } },
      ],
      key: 'my-change-2',
    },
  ],
  adjustStock: [
    { id: 4, by: -2, reason: 'two are torn', key: 'my-change-3' },
    { id: 4, by: -200 },
  ],
  retireBook: [{ id: 2, key: 'my-change-4' }],
  restoreBook: [{ id: 2, key: 'my-change-5' }],
  history: [{ id: 1 }],
  status: [{}],
  audit: [{ limit: 1 }],
  subscribe: [{ ids: [1, 2] }],
  unsubscribe: [{ ids: [2] }],
  authenticate: [{ token: TOKENS.readerToken }],
  watch: [{ what: ['happenings'] }],
  unwatch: [{}],
  trace: [{ orderId: 'an-earlier-order' }],
  traces: [{}],
  traceNext: [{ purchases: 5 }],
};

/** What was kept of the happenings before somebody watched. */
const ELECTION: Happening = {
  kind: 'elected',
  node: 'catalog-1',
  term: 1,
  facts: { voters: ['catalog-1', 'catalog-2'], members: 3 },
};
const HAPPENED: ToldHappening = {
  node: ELECTION.node,
  run: 'run-1',
  seq: 1,
  at: Date.UTC(2026, 0, 2, 3, 4, 0),
  kind: ELECTION.kind,
  text: sentenceOf(ELECTION),
  facts: { term: 1, voters: 'catalog-1, catalog-2', members: 3 },
};

/** One example: what was sent through each door, and what came back. */
export interface Example {
  readonly http?: { readonly request: SentRequest; readonly answer: ReceivedAnswer };
  readonly rpc?: { readonly sent: object; readonly received: object };
}

export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The headers that say something about the store; the others are those of any HTTP server. */
const TELLING_HEADERS = [
  'link',
  'x-served-by',
  'x-cache',
  'etag',
  'age',
  'idempotent-replayed',
  'retry-after',
];

/** Asks the examples anew. Each that changes the store has a store of its own; the others share that at `shared`. */
export async function askExamples(
  name: OperationName,
  { http, httpOnly, role, kind }: Operation,
  shared: string,
): Promise<readonly Example[]> {
  const within = kind.readOnly ? <T>(use: (url: string) => Promise<T>) => use(shared) : withStore;
  const examples: Example[] = [];
  for (const params of EXAMPLES[name]) {
    examples.push({
      ...(http && { http: await within((url) => askByHttp(url, requestOf(http, params, role))) }),
      ...(!httpOnly && { rpc: await within((url) => askByRpc(url, name, params, role)) }),
    });
  }
  return examples;
}

/** The notification that follows a sale of a watched book. */
export function askStockNotification(): Promise<object> {
  return withStore(async (url) => {
    const client = await openClient(url);
    await client.call('subscribe', { ids: [1] });
    await client.call('purchase', { id: 1, orderId: 'my-order-17' });
    const notification = await client.notification();
    client.close();
    return notification;
  });
}

/** Opens a store for `use`, always the same. */
export async function withStore<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const service = await createMemoryService(SAMPLE_BOOKS);
  service.observatory.happenings = () => [HAPPENED];
  await service.purchase([{ id: 1, quantity: 3 }], 'an-earlier-order');
  await service.hold([{ id: 4, quantity: 1 }], 600_000, 'an-earlier-hold');
  const clock = { ...systemClock, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) };
  const door = { host: '127.0.0.1', port: 0, limits: DEFAULT_LIMITS, logger: silentLogger, clock };
  const bridge = await openBridge({ service, cluster: 'shop', ...TOKENS, ...door });
  try {
    return await use(bridge.url);
  } finally {
    await bridge.close();
  }
}

/** The parameters as they are spread over an HTTP request. */
function requestOf(
  { method, url, path, query, headers, body, wholeBody }: HttpRequest,
  params: object,
  role: Role | undefined,
): SentRequest {
  const given = new Map(Object.entries(params));
  const take = (name: string) => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const inPath = Object.keys(path.shape).map((name) => [name, encodeURIComponent(take(name))] as const);
  const inQuery = Object.keys(query.shape)
    .filter((name) => given.has(name))
    .map((name) => [name, String(take(name))] as [string, string]);
  const inHeaders = headers
    .filter(({ name }) => given.has(name))
    .map(({ name, header }) => [header, header === 'If-Match' ? `"${take(name)}"` : String(take(name))]);
  const rest = wholeBody ? take(wholeBody) : Object.fromEntries(given);
  const text = body && (wholeBody || given.size > 0) ? JSON.stringify(rest) : undefined;
  const search = inQuery.length > 0 ? `?${new URLSearchParams(inQuery)}` : '';
  return {
    method,
    url: inPath.reduce((filled, [name, value]) => filled.replace(`:${name}`, value), url) + search,
    headers: {
      ...(role && { Authorization: `Bearer ${TOKENS[`${role}Token`]}` }),
      ...(text && { 'Content-Type': 'application/json' }),
      ...Object.fromEntries(inHeaders),
    },
    body: text,
  };
}

async function askByHttp(base: string, request: SentRequest): Promise<NonNullable<Example['http']>> {
  const { method, url, headers, body = null } = request;
  const response = await fetch(base + url, { method, headers, body });
  const told = TELLING_HEADERS.filter((name) => response.headers.has(name));
  const answer = {
    status: response.status,
    headers: Object.fromEntries(told.map((name) => [name, response.headers.get(name)!])),
    body: await response.json(),
  };
  return { request, answer };
}

async function askByRpc(
  url: string,
  method: string,
  params: object,
  role: Role | undefined,
): Promise<NonNullable<Example['rpc']>> {
  const client = await openClient(url);
  if (role) await client.call('authenticate', { token: TOKENS[`${role}Token`] });
  const exchanged = await client.call(method, params);
  client.close();
  return exchanged;
}

interface Client {
  /** The first that came. */
  notification(): Promise<object>;
  call(method: string, params: object): Promise<{ readonly sent: object; readonly received: object }>;
  close(): void;
}

async function openClient(url: string): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const messages = on(socket, 'message');
  await once(socket, 'open');
  const notifications: object[] = [];
  const next = async () => JSON.parse(String((await messages.next()).value[0]));
  return {
    notification: async () => notifications[0] ?? next(),
    async call(method, params) {
      const sent = { jsonrpc: '2.0', id: 1, method, ...(Object.keys(params).length > 0 && { params }) };
      socket.send(JSON.stringify(sent));
      for (;;) {
        const received = await next();
        if ('id' in received) return { sent, received };
        notifications.push(received);
      }
    },
    close: () => socket.terminate(),
  };
}
