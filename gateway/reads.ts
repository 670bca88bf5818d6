import * as z from 'zod';
import { Book, type BookChange, BookId } from '../runtime/domain.ts';
import { BazarError } from '../runtime/errors.ts';
import type { AskType, Body, Reply } from '../runtime/links/mesh.ts';
import { topicKey } from '../runtime/topic.ts';
import { type CachePorts, createAge, createCachedRead, type Demand } from './cache/cached-read.ts';
import type { Freshness } from './cache/freshness.ts';
import { type CacheEntry, createMemoryCache } from './cache/memory-cache.ts';
import type { Floor } from './feed/floor.ts';
import type { ReadOptions, SearchOptions, Served, StoreReads, TitlesPage } from './service.ts';
import { type Answered, type AskPorts, askInTurn } from './upstream/ask-in-turn.ts';
import type { RoundRobin } from './upstream/round-robin.ts';

/**
 * Everything that is read: books and topics through the caches, at once where the memory has them; orders and
 * pages from a catalog each time.
 */
export interface Reads extends StoreReads {
  /** A whole book as it was at index `asOf`, known otherwise than by reading. */
  noteBook(book: Book, asOf: number): void;
  /** The newer state of a book, as of index `asOf`; makes a cached entry of it current. */
  patch(change: BookChange, asOf: number): void;
}

type PageType = 'read.topics' | 'read.books' | 'read.find' | 'read.history' | 'read.orders' | 'read.changes';

const Titles: z.ZodType<TitlesPage> = z.object({
  books: z.array(z.object({ id: BookId, title: z.string() })),
  next: BookId.nullable(),
  bytes: z.int().min(0),
});

export function createReads(
  ports: AskPorts &
    CachePorts & {
      readonly freshness: Freshness;
      readonly catalogs: RoundRobin;
      readonly floor: Pick<Floor, 'known'>;
    },
): Reads {
  const { clock, limits, freshness, remote, catalogs, floor } = ports;
  const bookMemory = createMemoryCache<BookId, Book | null>(limits.cacheEntries);
  // Titles have up to two bytes a character in memory, and an object each.
  const topicMemory = createMemoryCache<string, TitlesPage>(limits.cacheEntries, {
    maxBytes: limits.cacheBytes,
    bytesOf: ({ bytes }) => 3 * bytes,
  });
  const books = createCachedRead(
    {
      heard: freshness.books,
      remoteKey: bookKey,
      value: Book.nullable(),
      fits: isBookOf,
      memory: bookMemory,
    },
    ports,
  );
  const isKept = ({ bytes }: TitlesPage) => bytes <= limits.maxCachedBytes;
  const topics = createCachedRead(
    {
      heard: freshness.topics,
      remoteKey: (topic) => (topic.length < limits.maxCachedKeyLength ? `t:${topic}` : undefined),
      value: Titles,
      fits: () => true,
      memory: topicMemory,
      isKept,
    },
    ports,
  );

  /**
   * Asks catalogs in turn; an answer that is not as new as it must be counts for nothing. A heavy read is not begun
   * at another catalog because the first is slow with it.
   */
  async function ask<T extends AskType>(
    type: T,
    body: Body<T>,
    demand: Demand,
    asOf: (reply: Reply<T>) => number,
    isHeavy = false,
  ): Promise<Answered<T>> {
    const fresh = (reply: Reply<T>) => asOf(reply) >= demand.minVersion;
    const { deadline } = demand;
    const patience = isHeavy ? { deadline } : { attemptMs: limits.readAttemptMs, deadline };
    try {
      return await askInTurn(ports, catalogs, type, body, patience, fresh);
    } catch (error) {
      if (error instanceof BazarError && error.code === 'outcome-unknown')
        throw new BazarError('unavailable');
      throw error;
    }
  }

  /** The patience of one read. A default read first waits until the gateway knows what fresh means. */
  async function begin(options: ReadOptions): Promise<{ strong: boolean; deadline: number }> {
    const { strong = false, deadline = clock.monotonic() + limits.readDeadlineMs } = options;
    if (!strong && !freshness.known) await floor.known();
    return { strong, deadline };
  }

  const fetchBook = (id: BookId) => async (demand: Demand) => {
    const { from, reply } = await ask('read.book', { id, ...wish(demand) }, demand, asOfReply);
    const { book, asOf } = reply;
    return { from, entry: { value: book, version: book?.version ?? 0, asOf } };
  };

  const fetchTopic = (topic: string, light: boolean) => async (demand: Demand) => {
    const body = { topic, light, ...wish(demand) };
    const { from, reply } = await ask('read.topic', body, demand, asOfReply, !light);
    const { books, next, bytes, version, asOf } = reply;
    return { from, entry: { value: { books, next, bytes }, version, asOf } };
  };

  /** A page of a topic, which is cut anew for everybody and so never cached. */
  async function titles(
    topic: string,
    { after, limit, ...options }: SearchOptions,
  ): Promise<Served<TitlesPage>> {
    const demand = { ...(await begin(options)), minVersion: freshness.topics.needed(topicKey(topic)) };
    const body = { topic, after, limit, ...wish(demand) };
    const { from, reply } = await ask('read.topic', body, demand, asOfReply, true);
    const { version, asOf, ...value } = reply;
    freshness.topics.raise(topicKey(topic), version);
    return { value, servedBy: from, version, asOf, ...throughCatalog(demand) };
  }

  /** A page of everything of a kind, at least as new as all that is known; `shown` notes the versions on it. */
  async function readPage<T extends PageType>(
    type: T,
    page: Omit<Body<T>, keyof ReturnType<typeof wish>>,
    options: ReadOptions = {},
    shown: (reply: Reply<T>) => void = () => {},
  ): Promise<Served<Omit<Reply<T>, 'asOf' | 'bytes'>>> {
    const demand = { ...(await begin(options)), minVersion: freshness.highest };
    const body = { ...page, ...wish(demand) } as Body<T>;
    const asPage = (reply: unknown) => reply as Reply<T> & Reply<PageType>;
    const { from, reply } = await ask(type, body, demand, (reply) => asPage(reply).asOf, true);
    shown(reply);
    const { asOf, bytes: _, ...value } = asPage(reply);
    return { value, servedBy: from, version: asOf, asOf, ...throughCatalog(demand) };
  }

  function shownBooks({ books }: { readonly books: readonly Book[] }): void {
    for (const { id, version } of books) freshness.books.raise(id, version);
  }

  const age = createAge(ports);
  const throughCatalog = ({ strong }: Demand) => ({ cache: 'bypass', ageSeconds: age(strong) }) as const;

  return {
    async book(id, options = {}) {
      const held = options.strong ? undefined : books.held(id);
      return held ?? begin(options).then((patience) => books.read(id, patience, fetchBook(id)));
    },

    heldBook(id) {
      const held = books.held(id);
      return held?.value ? (held as Served<Book>) : undefined;
    },

    async search(topic, options = {}) {
      if (options.after !== undefined || options.limit !== undefined) return titles(topic, options);
      const subject = topicKey(topic);
      const held = options.strong ? undefined : topics.held(subject);
      const fetch = fetchTopic(topic, options.lightOnly === true);
      return held ?? begin(options).then((patience) => topics.read(subject, patience, fetch));
    },

    topics: (page, options) => readPage('read.topics', page, options),
    books: (page, options) => readPage('read.books', page, options, shownBooks),
    find: (page, options) => readPage('read.find', page, options, shownBooks),
    history: (page, options) => readPage('read.history', page, options),
    orders: (page, options) =>
      readPage('read.orders', page, options, ({ orders }) => {
        for (const { orderId, version } of orders) freshness.orders.raise(orderId, version);
      }),

    async changes(query, options) {
      const served = await readPage('read.changes', query, options);
      if (served.value.types === undefined && query.types.some((type) => type !== 'order')) {
        throw new BazarError(
          'not-yet',
          `${served.servedBy} tells of orders only, until it is of this version`,
        );
      }
      return served;
    },

    async order(orderId, options = {}) {
      const patience = await begin(options);
      const demand = { ...patience, minVersion: freshness.orders.needed(orderId) };
      const { from, reply } = await ask('read.order', { orderId, ...wish(demand) }, demand, asOfReply);
      const { order, asOf } = reply;
      if (order) freshness.orders.raise(orderId, order.version);
      return { value: order, servedBy: from, version: order?.version ?? 0, asOf, ...throughCatalog(demand) };
    },

    noteBook(book, asOf) {
      const entry = { value: book, version: book.version, asOf };
      bookMemory.put(book.id, entry);
      remote?.put(bookKey(book.id), entry);
    },

    patch({ id, stock, price, version, held, topic }, asOf) {
      // It has other words now, and is read anew.
      if (topic !== undefined) return;
      const known = bookMemory.peek(id);
      if (!known?.value || known.version >= version) return;
      const { held: _, ...value } = known.value;
      const now = { ...value, stock, price, version, ...(held !== undefined && { held }) };
      const entry = { value: now, version, asOf };
      bookMemory.put(id, entry);
      remote?.put(bookKey(id), entry);
    },
  };
}

const bookKey = (id: BookId) => `b:${id}`;

/** A topic's list does not say whose it is; the seal of its entry does. */
function isBookOf(id: BookId, { value, version }: CacheEntry<Book | null>): boolean {
  return value === null ? version === 0 : id === value.id && version === value.version;
}

const asOfReply = ({ asOf }: { readonly asOf: number }): number => asOf;

/** The part of a read's body that says how new the answer must be. */
function wish({ minVersion, strong }: Demand): Pick<Demand, 'minVersion' | 'strong'> {
  return { minVersion, strong };
}
