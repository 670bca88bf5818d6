import { auditCatalog } from '../../actors/catalog/audit.ts';
import { changesSince, takeUpTimelines } from '../../actors/catalog/changes-since.ts';
import { createBookFinder } from '../../actors/catalog/find/book-finder.ts';
import { fillPage, nextOf } from '../../actors/catalog/page.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { titlesAfter } from '../../actors/catalog/topic-index.ts';
import type { GatewayService, ReadOptions, SearchOptions, Served, Submitted } from '../../gateway/service.ts';
import type { StoreObserver } from '../../gateway/watch/observatory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { LEVEL, leastLevel } from '../../runtime/command-levels.ts';
import type { BookChange, Command, HistoryPage, LogCommand, NewBook, Result } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';

/**
 * A `GatewayService` over the real state of a catalog, in memory and in one process: what stands behind the bridges
 * and the clients while these are under test. Commands are decided as in the store, so it cannot promise others.
 */
export interface MemoryService extends GatewayService {
  readonly state: CatalogState;
  /** Runs before every call and may wait or throw. */
  before: (operation: string) => Promise<void> | void;
  isReady: boolean;
  /** The wall time at which the next commands are decided, in ms. */
  now: number;
  /** Titles that one page has room for. */
  roomForTitles: number;
  cache: Served<unknown>['cache'];
  /** Decides a command that only order replicas put. */
  submit(command: Command): Promise<Submitted>;
  /** Tells the subscribers as the commit feed would. */
  publish(change: BookChange): void;
  /** The version up to which the gateway has heard of changes, where that is not the present one. */
  heard: number | undefined;
  readonly listeners: number;
  readonly strongReads: number;
  /** Who watches the store at work. */
  readonly observers: ReadonlySet<StoreObserver>;
}

const DECIDED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

export async function createMemoryService(books: readonly NewBook[]): Promise<MemoryService> {
  const state = await CatalogState.load(await openMemoryStore());
  const observers = new Set<StoreObserver>();
  const listeners = new Set<(change: BookChange) => void>();
  const hearers = new Set<() => void>();
  const finder = createBookFinder({ clock: systemClock, limits: DEFAULT_LIMITS });
  let strongReads = 0;
  let requests = 0;
  let made = 0;

  const service: MemoryService = {
    id: 'gateway-1',
    state,
    before: () => {},
    isReady: true,
    now: DECIDED_AT,
    roomForTitles: 1_000,
    cache: 'miss',
    heard: undefined,
    get listeners() {
      return listeners.size;
    },
    get strongReads() {
      return strongReads;
    },
    submit,
    publish(change) {
      for (const listener of listeners) listener(change);
    },
    book: (id, options) =>
      read('book', options, () => {
        const book = state.book(id) ?? null;
        return [book, book?.version ?? 0];
      }),
    heldBook(id) {
      const value = state.book(id);
      if (service.cache !== 'hit' || !value) return undefined;
      const { version } = value;
      return { value, servedBy: service.id, cache: 'hit', version, asOf: state.applied.index, ageSeconds: 4 };
    },
    search: (topic, { after = 0, limit, ...options }: SearchOptions = {}) =>
      read('search', options, () => {
        const found = state.topic(topic);
        const room = { limit: limit ?? service.roomForTitles, maxBytes: Number.POSITIVE_INFINITY };
        const page = fillPage(titlesAfter(found, after), room);
        const { elements: titles, bytes } = page;
        return [{ books: titles, next: nextOf(page, ({ id }) => id), bytes }, found.version];
      }),
    topics: ({ after = '', limit }, options) =>
      read('topics', options, () => {
        const page = fillPage(state.topicsAfter(after), { limit, maxBytes: Number.POSITIVE_INFINITY });
        return [{ topics: page.elements, next: nextOf(page, ({ topic }) => topic) }, state.applied.index];
      }),
    books: ({ after = 0, limit }, options) =>
      read('books', options, () => [state.booksAfter(after, limit), state.applied.index]),
    find: (page, options) =>
      read('find', options, async () => {
        const found = { maxPageBytes: Number.POSITIVE_INFINITY, checked: () => {} };
        return [await finder.find(() => state, page, found), state.applied.index];
      }),
    order: (orderId, options) =>
      read('order', options, () => {
        const order = state.order(orderId) ?? null;
        return [order, order?.version ?? 0];
      }),
    orders: ({ after = '', limit }, options) =>
      read('orders', options, async () => [await state.ordersAfter(after, limit), state.applied.index]),
    changes: (query, options) =>
      read('changes', options, async () => {
        await takeUpTimelines(() => state, query.types, { checked() {}, rest: async () => {} });
        return [changesSince(state, query), state.applied.index];
      }),
    purchase: (lines, key = nextKey(), { customer } = {}) =>
      submit({ kind: 'purchase', key, requestId: nextRequest(), lines: [...lines], customer }),
    hold: (lines, ttlMs, key = nextKey(), customer = undefined) =>
      submit({ kind: 'hold', key, requestId: nextRequest(), lines: [...lines], ttlMs, customer }),
    confirm: (key) => submit({ kind: 'confirm', key, requestId: nextRequest() }),
    release: (key) => submit({ kind: 'release', key, requestId: nextRequest() }),
    cancel: (wish, key = nextKey()) => submit({ kind: 'cancel', key, requestId: nextRequest(), ...wish }),
    addBooks: (added, key = nextKey()) =>
      submit({ kind: 'addBooks', key, requestId: nextRequest(), books: [...added] }),
    changeBooks: (changes, key = nextKey()) =>
      submit({ kind: 'changeBooks', key, requestId: nextRequest(), changes: [...changes] }),
    history: ({ id, after, limit }, options) =>
      read<HistoryPage>('history', options, () => {
        const book = state.book(id);
        if (!book) return [{ events: null, next: null }, state.applied.index];
        const page = fillPage(state.histories.of(book, after), { limit, maxBytes: Number.POSITIVE_INFINITY });
        return [{ events: page.elements, next: nextOf(page, ({ number }) => number) }, state.applied.index];
      }),
    updateBook: (id, change, key = nextKey()) =>
      submit({ kind: 'updateBook', key, requestId: nextRequest(), id, ...change }),
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    onHeard(heard) {
      hearers.add(heard);
      return () => void hearers.delete(heard);
    },
    boot: 'run-1',
    version: () => state.applied.index,
    reached: () => service.heard ?? state.applied.index,
    async reach(index) {
      await service.before('reach');
      if (index > state.applied.index) throw new BazarError('version-unknown');
    },
    observatory: {
      watch(observer) {
        observers.add(observer);
        return () => void observers.delete(observer);
      },
      happenings: () => [],
      nodes: () => [],
      stop() {},
    },
    observers,
    async status() {
      await service.before('status');
      const leader = { id: 'catalog-1', kind: 'catalog', pid: 7, state: 'ready', url: 'ws://x' } as const;
      const version = state.applied.index;
      return {
        boot: 'run-1',
        nodes: [
          { ...leader, role: 'leader', term: 3, applied: version },
          { id: 'catalog-2', kind: 'catalog', state: 'down', reason: 'SIGKILL' },
        ],
        leader: leader.id,
        cache: { kind: 'memory', state: 'ready', hits: 5, misses: 2 },
        version,
      };
    },
    async audit(page) {
      await service.before('audit');
      const { ledger, ...found } = auditCatalog(state, page);
      return {
        consistent: found.unbalanced.length === 0,
        catalogs: [
          { id: 'catalog-1', state: 'present', ...found },
          { id: 'catalog-2', state: 'absent' },
        ],
        books: ledger,
        next: state.booksAfter(page.after ?? 0, page.limit).next,
      };
    },
    whyUnready: () => (service.isReady ? undefined : 'No quorum of catalogs is within reach.'),
  };

  async function read<T>(
    operation: string,
    { strong = false }: ReadOptions = {},
    look: () => [value: T, version: number] | Promise<[value: T, version: number]>,
  ): Promise<Served<T>> {
    await service.before(operation);
    const [value, version] = await look();
    if (strong) strongReads += 1;
    const cache = strong ? 'bypass' : service.cache;
    const servedBy = cache === 'hit' ? service.id : 'catalog-2';
    return { value, servedBy, cache, version, asOf: state.applied.index, ageSeconds: 4 };
  }

  async function submit(command: Command): Promise<Submitted> {
    await service.before(command.kind);
    if (leastLevel(command) > state.level) enact({ kind: 'raiseLevel', level: LEVEL });
    return apply(command);
  }

  function apply(command: Command): Submitted {
    return { key: command.key, result: enact(command)!, via: ['order-1', 'catalog-1'] };
  }

  function enact(command: LogCommand): Result | null {
    const index = state.applied.index + 1;
    const entry = { term: 1, at: service.now, command };
    const { result, changes } = state.apply({ index, term: 1, sum: 0 }, entry);
    finder.changed(changes);
    for (const change of changes) service.publish(change);
    for (const heard of hearers) heard();
    return result;
  }

  const nextKey = () => `made-${++made}`;
  const nextRequest = () => `request-${++requests}`;
  apply({ kind: 'addBooks', key: 'first-books', requestId: nextRequest(), books: [...books] });
  return service;
}
