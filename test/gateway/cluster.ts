import type { RemoteCache } from '../../gateway/cache/remote-cache.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import type { Book, BookChange, Order, Result } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { AskHandler, Body, NodeId, NodeKind, Peer, Reply } from '../../runtime/links/mesh.ts';
import { type OpenMesh, openMesh } from '../../runtime/links/open-mesh.ts';
import { silentLogger } from '../../runtime/logger.ts';
import type { NodeStatus } from '../../runtime/node-status.ts';
import { seededRandom } from '../../runtime/random.ts';
import { topicKey } from '../../runtime/topic.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from '../support/memory-transport.ts';

/** The start of the store that scripted catalogs name. */
export const BOOT = 'boot-1';

/** One question that some catalog was asked. */
export interface Question {
  readonly by: NodeId;
  readonly type: string;
  readonly minVersion?: number;
  readonly strong?: boolean;
}

/** A catalog that says what a test wants, over real links. */
export interface ScriptedCatalog {
  readonly id: NodeId;
  readonly books: Map<number, Book>;
  readonly orders: Map<string, Order>;
  applied: number;
  /** The answer to `read.index`; by default what is applied here. */
  index: () => number;
  /** True: it answers reads that ask for more than it has. */
  careless: boolean;
  /** Runs before each read is answered; may wait or throw. */
  beforeRead: () => Promise<void> | void;
  /** The answer to `feed.follow`; by default the feed goes on where it is asked for. */
  followed: AskHandler<'feed.follow'>;
  /** The answer to `feed.alive`; by default all is told and a leader was heard just now. */
  alive: () => Reply<'feed.alive'> | Promise<Reply<'feed.alive'>>;
  /** Who follows the feed. */
  readonly followers: ReadonlySet<NodeId>;
  /** Takes in a book as of a new index, and tells its followers. */
  write(index: number, book: Partial<Book> & { id: number }): void;
  /** Tells the followers of changes that no catalog has. */
  tell(body: Body<'feed.changes'>): void;
  leave(): Promise<void>;
}

export interface ScriptedOrder {
  readonly id: NodeId;
  readonly submitted: Body<'submit'>['command'][];
  /** What becomes of a submission. */
  submit: AskHandler<'submit'>;
  leave(): Promise<void>;
}

export interface ScriptedCluster {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly gateway: Gateway;
  readonly catalogs: readonly ScriptedCatalog[];
  readonly orders: readonly ScriptedOrder[];
  /** What the catalogs were asked, in order. */
  readonly asked: Question[];
  /** The catalog whose feed is followed. */
  readonly followed: ScriptedCatalog;
  /** What a promise comes to, as time passes. */
  answer<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  /** Ends all, and checks that no timer is left. */
  end(): Promise<void>;
}

export function book(id: number, more: Partial<Book> = {}): Book {
  const stock = more.stock ?? 10;
  const first = more.version ?? 1;
  const base = { title: `Book ${id}`, topic: 'Tests', price: 1000, stock, version: first, added: first };
  return { id, ...base, initial: stock, restocked: 0, sold: 0, ...more };
}

export function confirmed(orderId: string, version: number, bookId = 1): Result {
  const lines = [{ id: bookId, title: `Book ${bookId}`, quantity: 1, price: 1000 }];
  const order: Order = { orderId, status: 'confirmed', lines, total: 1000, version, at: 0 };
  return { kind: 'order', order, version, replayed: false };
}

export function refused(orderId: string, version: number, bookId = 1): Result {
  const result = confirmed(orderId, version, bookId);
  if (result.kind !== 'order') throw new Error('not an order');
  return { ...result, order: { ...result.order, status: 'refused', code: 'sold-out', bookId } };
}

export interface ScriptedClusterOptions {
  readonly catalogs?: number;
  readonly orders?: number;
  readonly limits?: Partial<Limits>;
  readonly remote?: (clock: ManualClock, limits: Limits) => RemoteCache;
  /** Before the gateway is there. */
  readonly prepare?: (catalogs: readonly ScriptedCatalog[]) => void;
  /** False: the first books are not in. */
  readonly filled?: boolean;
  readonly isOrderedOutside?: boolean;
  /** False: return at once, not when the gateway is ready and follows a feed. */
  readonly settled?: boolean;
}

/** A gateway among scripted catalogs and orders: real meshes over a network in memory, and a clock moved by hand. */
export async function startScriptedCluster(options: ScriptedClusterOptions = {}): Promise<ScriptedCluster> {
  const clock = manualClock();
  const network = memoryNetwork(clock, 1);
  const random = seededRandom(7);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const names = (kind: NodeKind, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);

  const ports = {
    cluster: 'c',
    secret: 's',
    transport: network,
    clock,
    random,
    limits,
    logger: silentLogger,
  };
  const meshes: OpenMesh[] = [];
  async function open(id: NodeId, kind: NodeKind): Promise<OpenMesh> {
    const self: Peer = { id, kind, incarnation: random.id() };
    const mesh = await openMesh({ self, ...ports });
    meshes.push(mesh);
    return mesh;
  }

  const asked: Question[] = [];
  const catalogs: ScriptedCatalog[] = [];
  for (const id of names('catalog', options.catalogs ?? 3)) {
    catalogs.push(script(await open(id, 'catalog'), asked));
  }
  const orders: ScriptedOrder[] = [];
  for (const id of names('order', options.orders ?? 2)) orders.push(scriptOrder(await open(id, 'order')));
  options.prepare?.(catalogs);

  const mesh = await open('gateway-1', 'gateway');
  const remote = options.remote?.(clock, limits);
  const gateway = createGateway({
    mesh,
    catalogs: catalogs.map(({ id }) => id),
    orders: orders.map(({ id }) => id),
    clock,
    random,
    limits,
    logger: silentLogger,
    remote,
    pid: 1,
    filled: options.filled,
    isOrderedOutside: options.isOrderedOutside,
  });
  mesh.setAddresses(Object.fromEntries(meshes.map(({ self, url }) => [self, url])));

  async function until(condition: () => boolean): Promise<void> {
    for (let step = 0; !condition(); step++) {
      if (step > 20_000) throw new Error(`never: ${condition}`);
      await clock.elapse(1);
    }
  }

  const lastFollow = () => asked.findLast(({ type }) => type === 'feed.follow');
  if (options.settled !== false) {
    await until(() => gateway.whyUnready() === undefined && lastFollow() !== undefined);
    await clock.elapse(10);
  }

  return {
    clock,
    network,
    gateway,
    catalogs,
    orders,
    asked,
    get followed() {
      const catalog = catalogs.find(({ id }) => id === lastFollow()?.by);
      if (!catalog) throw new Error('no feed is followed');
      return catalog;
    },
    async answer(promise) {
      let settled = false;
      const note = () => {
        settled = true;
      };
      promise.then(note, note);
      await until(() => settled);
      return promise;
    },
    until,
    async end() {
      await gateway.stop();
      for (const each of meshes) await each.close();
      await clock.elapse(limits.drainMs + limits.silenceLimitMs);
      if (clock.pending > 0) throw new Error(`${clock.pending} timers were left`);
    },
  };
}

function script(mesh: OpenMesh, asked: Question[]): ScriptedCatalog {
  const followers = new Set<NodeId>();
  const catalog: ScriptedCatalog = {
    id: mesh.self,
    books: new Map(),
    orders: new Map(),
    applied: 0,
    index: () => catalog.applied,
    careless: false,
    beforeRead() {},
    followed: ({ from }) => ({ index: from, reset: false, boot: BOOT }),
    alive: () => ({ index: catalog.applied, silentMs: 0, boot: BOOT }),
    followers,
    write(index, changed) {
      const before = catalog.books.get(changed.id);
      const after: Book = { ...(before ?? book(changed.id)), ...changed, version: index };
      catalog.books.set(changed.id, after);
      const { id, stock, price, version, topic } = after;
      const change: BookChange = { id, stock, price, version, ...(before ? {} : { topic }) };
      catalog.tell({ from: catalog.applied, index, changes: [change] });
      catalog.applied = index;
    },
    tell(body) {
      for (const follower of followers) mesh.tell(follower, 'feed.changes', body);
    },
    leave: () => mesh.close(),
  };
  const by = mesh.self;

  /** Notes the question and refuses what is not here yet. */
  async function read(type: string, { minVersion, strong }: { minVersion: number; strong: boolean }) {
    asked.push({ by, type, minVersion, strong });
    await catalog.beforeRead();
    if (catalog.applied < minVersion && !catalog.careless) throw new BazarError('behind');
  }

  mesh.onAsk('read.index', () => {
    asked.push({ by, type: 'read.index' });
    return { index: catalog.index() };
  });
  mesh.onAsk('read.book', async (body) => {
    await read('read.book', body);
    return { book: catalog.books.get(body.id) ?? null, asOf: catalog.applied };
  });
  mesh.onAsk('read.topic', async (body) => {
    await read('read.topic', body);
    const found = [...catalog.books.values()].filter(({ topic }) => topicKey(topic) === topicKey(body.topic));
    const version = Math.max(0, ...found.map(({ added }) => added));
    const later = found.filter(({ id }) => id > (body.after ?? 0));
    const books = later.slice(0, body.limit).map(({ id, title }) => ({ id, title }));
    const next = later.length > books.length ? books.at(-1)!.id : null;
    return { books, next, bytes: bytesOf(books), version, asOf: catalog.applied };
  });
  mesh.onAsk('read.topics', async (body) => {
    await read('read.topics', body);
    const counts = new Map<string, number>();
    for (const { topic } of catalog.books.values()) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    const topics = [...counts].map(([topic, books]) => ({ topic, books }));
    return { topics, next: null, bytes: bytesOf(topics), asOf: catalog.applied };
  });
  mesh.onAsk('read.books', async (body) => {
    await read('read.books', body);
    const rest = [...catalog.books.values()].filter(({ id }) => id > (body.after ?? 0));
    const books = rest.sort((a, b) => a.id - b.id).slice(0, body.limit);
    const next = rest.length > body.limit ? books.at(-1)!.id : null;
    return { books, next, bytes: bytesOf(books), asOf: catalog.applied };
  });
  mesh.onAsk('read.order', async (body) => {
    await read('read.order', body);
    return { order: catalog.orders.get(body.orderId) ?? null, asOf: catalog.applied };
  });
  // As a catalog of an earlier version, which knows no events but those of orders.
  mesh.onAsk('read.changes', async (body) => {
    await read('read.changes', body);
    const changes = [...catalog.orders.values()].map((order) => ({
      version: order.version,
      what: 'confirmed',
      order,
    }));
    const cursor = { version: catalog.applied };
    return { changes, cursor, more: false, bytes: 2, asOf: catalog.applied } as never;
  });
  mesh.onAsk('feed.follow', async (body, incoming) => {
    asked.push({ by, type: 'feed.follow', minVersion: body.from });
    const reply = await catalog.followed(body, incoming);
    followers.add(incoming.from.id);
    return reply;
  });
  mesh.onAsk('feed.alive', () => {
    asked.push({ by, type: 'feed.alive' });
    return catalog.alive();
  });
  mesh.onTell('feed.leave', (_, { from }) => void followers.delete(from.id));
  mesh.onAsk(
    'status',
    (): NodeStatus => ({
      id: mesh.self,
      kind: 'catalog',
      pid: 2,
      state: 'ready',
      role: mesh.self === 'catalog-1' ? 'leader' : 'follower',
      term: 1,
      applied: catalog.applied,
      url: mesh.url,
    }),
  );
  mesh.onAsk('audit', ({ atLeast, after = 0, limit }) => {
    if (catalog.applied < atLeast) throw new BazarError('behind');
    const books = [...catalog.books.values()];
    const ledger = books.filter(({ id }) => id > after).slice(0, limit);
    return {
      applied: catalog.applied,
      digest: JSON.stringify(books),
      books: books.length,
      totals: { initial: 0, restocked: 0, returned: 0, sold: 0, held: 0, stock: 0 },
      unbalanced: [],
      ledger: ledger.map(({ id, initial, restocked, returned = 0, sold, held = 0, stock }) => ({
        id,
        initial,
        restocked,
        returned,
        sold,
        held,
        stock,
      })),
    };
  });
  return catalog;
}

const bytesOf = (page: object) => Buffer.byteLength(JSON.stringify(page));

function scriptOrder(mesh: OpenMesh): ScriptedOrder {
  const order: ScriptedOrder = {
    id: mesh.self,
    submitted: [],
    submit: ({ command }) => ({ result: confirmed(command.key, 1) }),
    leave: () => mesh.close(),
  };
  mesh.onAsk('submit', (body, incoming) => {
    order.submitted.push(body.command);
    return order.submit(body, incoming);
  });
  mesh.onAsk('status', (): NodeStatus => {
    return { id: mesh.self, kind: 'order', pid: 3, state: 'ready', url: mesh.url };
  });
  return order;
}
