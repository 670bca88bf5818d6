import type * as z from 'zod';
import type { OperationName, Params } from '../gateway/bridge/operations/index.ts';
import {
  AddedAnswer,
  AuditAnswer,
  AuthenticatedAnswer,
  BookAnswer,
  BooksAnswer,
  CancelledAnswer,
  ChangedAnswer,
  FoundAnswer,
  HistoryAnswer,
  OrderAnswer,
  OrdersAnswer,
  type Role,
  StatusAnswer,
  type StockAnswer,
  SubscribedAnswer,
  type TitleAnswer,
  TitlesAnswer,
  TopicsAnswer,
  UnsubscribedAnswer,
} from '../runtime/api.ts';
import { waitingClock } from '../runtime/clock.ts';
import type { BookId, Key } from '../runtime/domain.ts';
import type { BazarError } from '../runtime/errors.ts';
import { FollowedAnswer } from '../runtime/event-answers.ts';
import { systemRandom } from '../runtime/random.ts';
import { TraceAnswer, TracesAnswer } from '../runtime/trace/trace-answers.ts';
import { createCalls } from './calls.ts';
import type { ClientOptions } from './client-options.ts';
import { openConnection } from './connection.ts';
import { createEventFeed, type EventFeed } from './events.ts';
import { DEFAULT_CLIENT_LIMITS } from './limits.ts';
import type {
  BookToAdd,
  BookToChange,
  CallOptions,
  CancelRequest,
  EditedFacts,
  Expectation,
  FindRequest,
  HoldRequest,
  OrdersRequest,
  PurchaseRequest,
  ReadCallOptions,
  WriteOptions,
} from './requests.ts';
import { errorOfAnswer, fitting } from './rpc.ts';
import { createSeenVersion } from './seen-version.ts';
import { webSocketDial } from './socket.ts';
import { socketUrl } from './socket-url.ts';
import { createStockSubscriptions, type StockFilter } from './subscriptions.ts';

export type * from './requests.ts';

/**
 * A store. Every call rejects with a `BazarError` whose outcome says whether it happened. Reads and writes are
 * asked again by themselves while their time lasts, writes under one key; after an error with the outcome
 * `unknown`, `details.key` is the key to ask again with.
 */
export interface Client {
  /** All titles of a topic in id order, asked for page by page. */
  search(topic: string, options?: CallOptions): Promise<readonly TitleAnswer[]>;
  /** A page of all topics with the number of their books, after the topic `after`. */
  topics(
    page?: { readonly after?: string; readonly limit?: number },
    options?: ReadCallOptions,
  ): Promise<TopicsAnswer>;
  /** One book; `strong` asks for a linearizable answer past every cache. */
  info(id: BookId, options?: ReadCallOptions & { readonly strong?: boolean }): Promise<BookAnswer>;
  /** A page of all books in id order, after the id `after`. */
  books(
    page: { readonly after?: BookId; readonly limit?: number },
    options?: ReadCallOptions,
  ): Promise<BooksAnswer>;
  /** A page of the books that have all these words in title, authors, topic or ISBN; those that fit best come first. */
  find(request: FindRequest, options?: CallOptions): Promise<FoundAnswer>;
  /** Buys all lines or none. Makes an order id if there is none. */
  purchase(request: PurchaseRequest, options?: CallOptions): Promise<OrderAnswer>;
  /** Keeps copies at their prices of now until they are confirmed or released. Makes an order id if there is none. */
  hold(request: HoldRequest, options?: CallOptions): Promise<OrderAnswer>;
  /** Makes an order of a hold; `hold-expired` or `hold-released` where it has ended. */
  confirm(orderId: Key, options?: CallOptions): Promise<OrderAnswer>;
  /** Puts back what a hold keeps. */
  release(orderId: Key, options?: CallOptions): Promise<OrderAnswer>;
  /** Admin only: takes back copies of an order, all that are left of it unless lines are said. */
  cancel(orderId: Key, request?: CancelRequest, options?: WriteOptions): Promise<CancelledAnswer>;
  order(orderId: Key, options?: ReadCallOptions): Promise<OrderAnswer>;
  /** What a purchase took, process by process, where it was made with `trace: true`; `unknown-trace` where it was not. */
  trace(orderId: Key, options?: CallOptions): Promise<TraceAnswer>;
  /** The traces that are kept, the newest first; for those with a token. */
  traces(options?: CallOptions): Promise<TracesAnswer>;
  /** Has the next purchases at the gateway traced, whosever they are; for those with a token. */
  traceNext(purchases: number, options?: CallOptions): Promise<TracesAnswer>;
  /** Recorded orders in id order, or with `since` in the order of the log; for those with a token. */
  orders(page?: OrdersRequest, options?: ReadCallOptions): Promise<OrdersAnswer>;
  /** What happens to orders, and with `types` to books, from a place on, until the loop is left or the client closed; for those with a token. */
  readonly events: EventFeed['follow'];
  status(options?: CallOptions): Promise<StatusAnswer>;
  audit(
    page?: { readonly after?: BookId; readonly limit?: number },
    options?: CallOptions,
  ): Promise<AuditAnswer>;
  /** Admin only, as `updateBook` is. Books whose id exists are left as they are. */
  addBooks(books: readonly BookToAdd[], options?: WriteOptions): Promise<AddedAnswer>;
  updateBook(id: BookId, change: EditedFacts, options?: WriteOptions): Promise<BookAnswer>;
  /** All of these changes or none; resolves to the books that were not so already. */
  changeBooks(changes: readonly BookToChange[], options?: WriteOptions): Promise<ChangedAnswer>;
  /** Copies more, or with a minus fewer, whatever is sold meanwhile; never below none. */
  adjustStock(
    id: BookId,
    adjustment: { readonly by: number; readonly reason?: string } & Expectation,
    options?: WriteOptions,
  ): Promise<BookAnswer>;
  /** Takes a book out of search and sale. */
  retireBook(id: BookId, expectation?: Expectation, options?: WriteOptions): Promise<BookAnswer>;
  restoreBook(id: BookId, expectation?: Expectation, options?: WriteOptions): Promise<BookAnswer>;
  /** The changes of a book, the latest first, from before the one with the number `after`; for those with a token. */
  history(
    id: BookId,
    page?: { readonly after?: number; readonly limit?: number },
    options?: CallOptions,
  ): Promise<HistoryAnswer>;
  /** Shows a token, now and after every reconnection; resolves to what it allows. */
  authenticate(token: string, options?: CallOptions): Promise<Role>;
  /** Starts watching and resolves to the present states. Later ones go to the listeners. */
  subscribe(filter: StockFilter): Promise<readonly StockAnswer[]>;
  /** Stops watching what the very same filter object had started. */
  unsubscribe(filter: StockFilter): Promise<void>;
  /** Calls `changed` with each newer state of a watched book, in version order; returns the unsubscriber. */
  onStock(changed: (state: StockAnswer) => void): () => void;
  /** How new the store is known to be here: another client that begins with it is shown no less. */
  readonly version: string | undefined;
  /** Fails what is not settled and closes the connection. Until then the client keeps the process alive. */
  close(): void;
}

export type { ClientOptions };

/** Reads that a version may be brought along with. */
type ReadName = {
  [Name in OperationName]: 'minVersion' extends keyof Params<Name> ? Name : never;
}[OperationName];

/** A client of the store at `url`. It connects by itself; calls wait until it has. Throws if `url` is no address. */
export function connect(options: ClientOptions): Client {
  const { clock = waitingClock, random = systemRandom, onLink } = options;
  const limits = { ...DEFAULT_CLIENT_LIMITS, ...options.limits };
  let shownToken = options.token;

  const connection = openConnection({
    url: socketUrl(options.url),
    dial: options.dial ?? webSocketDial(clock, limits),
    clock,
    random,
    limits,
    token: () => shownToken,
    listener: {
      opened() {
        calls.pump();
        subscriptions.renew();
        onLink?.({ open: true });
      },
      message(message) {
        if ('method' in message) {
          if (message.method === 'stock') subscriptions.notified(message.params);
          else if (message.method === 'event') eventFeed.notified(message.params);
        } else if (message.id !== null) {
          if (message.version !== undefined) seen.saw(message.version);
          if ('error' in message) failed(message.id, errorOfAnswer(message.error));
          else calls.answered(message.id, message.result);
        }
      },
      lost(reason) {
        calls.disconnected(reason);
        eventFeed.lost();
        onLink?.({ open: false, reason });
      },
    },
  });
  const calls = createCalls({ clock, random, limits, outlet: connection });
  const seen = createSeenVersion(options.version);

  function failed(id: number, error: BazarError): void {
    if (error.code === 'version-unknown') seen.forget();
    calls.failed(id, error);
  }

  async function ask<T, Name extends OperationName>(
    answer: z.ZodType<T>,
    method: Name,
    params: Params<Name>,
    options: WriteOptions = {},
  ): Promise<T> {
    const { timeoutMs = limits.callTimeoutMs, key } = options;
    const result = await calls.ask({ method, params, timeoutMs, key });
    return fitting(answer, result, method);
  }

  /** Shown no less than any call before it. */
  function read<T, Name extends ReadName>(
    answer: z.ZodType<T>,
    method: Name,
    params: Params<Name>,
    options?: ReadCallOptions,
  ): Promise<T> {
    const explain = options?.explain ? { explain: true } : undefined;
    return ask(answer, method, { ...params, ...seen.asked(), ...explain }, options);
  }

  /** Under one key, which is made here if there is none. */
  function write<T, Name extends OperationName>(
    answer: z.ZodType<T>,
    method: Name,
    params: Params<Name>,
    options: WriteOptions = {},
  ): Promise<T> {
    const key = options.key ?? random.id();
    return ask(answer, method, { ...params, key }, { ...options, key });
  }

  const subscriptions = createStockSubscriptions({
    subscribe: async (filter) => (await ask(SubscribedAnswer, 'subscribe', filter)).books,
    unsubscribe: async (filter) => {
      await calls.ask({ method: 'unsubscribe', params: filter, timeoutMs: limits.callTimeoutMs });
    },
    renewalFailed: (error) => connection.hangUp(`watching could not go on: ${String(error)}`),
  });

  const eventFeed = createEventFeed({
    subscribe: (wish) => ask(FollowedAnswer, 'subscribe', wish),
    unsubscribe: (subscription) => ask(UnsubscribedAnswer, 'unsubscribe', { orders: true, subscription }),
    ...{ clock, limits },
  });

  return {
    async search(topic, options) {
      const titles: TitleAnswer[] = [];
      for (let after = 0; ; ) {
        const page = await read(TitlesAnswer, 'search', { topic, after }, options);
        if (Array.isArray(page)) return page;
        for (const title of page.books) titles.push(title);
        if (page.next === null) return titles;
        after = page.next;
      }
    },
    topics: (page = {}, options) => read(TopicsAnswer, 'topics', page, options),
    info: (id, options) =>
      read(BookAnswer, 'info', options?.strong ? { id, consistency: 'strong' } : { id }, options),
    books: (page, options) => read(BooksAnswer, 'books', page, options),
    find: (request, options) => read(FoundAnswer, 'find', request, options),
    purchase(request, options) {
      const orderId = request.orderId ?? random.id();
      return ask(OrderAnswer, 'purchase', { ...request, orderId }, { ...options, key: orderId });
    },
    hold(request, options) {
      const orderId = request.orderId ?? random.id();
      return ask(OrderAnswer, 'hold', { ...request, orderId }, { ...options, key: orderId });
    },
    confirm: (orderId, options) => ask(OrderAnswer, 'confirm', { orderId }, { ...options, key: orderId }),
    release: (orderId, options) => ask(OrderAnswer, 'release', { orderId }, { ...options, key: orderId }),
    cancel: (orderId, request, options) => write(CancelledAnswer, 'cancel', { orderId, ...request }, options),
    order: (orderId, options) => read(OrderAnswer, 'order', { orderId }, options),
    trace: (orderId, options) => ask(TraceAnswer, 'trace', { orderId }, options),
    traces: (options) => ask(TracesAnswer, 'traces', {}, options),
    traceNext: (purchases, options) => ask(TracesAnswer, 'traceNext', { purchases }, options),
    orders: (page = {}, options) => read(OrdersAnswer, 'orders', page, options),
    events: eventFeed.follow,
    status: (options) => ask(StatusAnswer, 'status', {}, options),
    audit: (page = {}, options) => ask(AuditAnswer, 'audit', page, options),
    addBooks: (books, options) => write(AddedAnswer, 'addBooks', { books: [...books] }, options),
    updateBook: (id, change, options) => write(BookAnswer, 'updateBook', { id, ...change }, options),
    changeBooks: (changes, options) =>
      write(ChangedAnswer, 'changeBooks', { changes: [...changes] }, options),
    adjustStock: (id, adjustment, options) =>
      write(BookAnswer, 'adjustStock', { id, ...adjustment }, options),
    retireBook: (id, expectation, options) =>
      write(BookAnswer, 'retireBook', { id, ...expectation }, options),
    restoreBook: (id, expectation, options) =>
      write(BookAnswer, 'restoreBook', { id, ...expectation }, options),
    history: (id, page, options) => read(HistoryAnswer, 'history', { id, ...page }, options),
    async authenticate(token, options) {
      const { role } = await ask(AuthenticatedAnswer, 'authenticate', { token }, options);
      shownToken = token;
      return role;
    },
    subscribe: subscriptions.add,
    unsubscribe: subscriptions.remove,
    onStock: subscriptions.listen,
    get version() {
      return seen.version;
    },
    close() {
      eventFeed.close();
      calls.close();
      connection.close();
    },
  };
}
