import type { z } from 'zod';
import { BazarError } from '../../../runtime/errors.ts';
import type { Served, TitlesPage } from '../../service.ts';
import { type Desk, statusInTime, traceRead, traceWrite, unknownBook, unknownOrder } from '../context.ts';
import { searchLightly } from '../large-topics.ts';
import { busyMsOfAnswer, busyMsOfAudit, type Pages, type Place, type Reader } from '../pages.ts';
import { parseRequest } from '../validation.ts';
import { viewBook, viewBooks, viewOrder, viewOrders } from '../views.ts';
import type { Done } from '../writes.ts';
import type { Subscriptions, Watcher } from './subscriptions.ts';
import { bytesOf } from './turns.ts';

/** The connection that a call came by. */
export interface Caller {
  readonly watcher: Watcher;
  readonly reader: Reader;
  readonly auditReader: Reader;
  /** Calls `taken` once the client has taken what was sent so far. */
  whenTaken(taken: () => void): void;
  isAdmin: boolean;
}

export interface Result {
  /** The result as JSON. */
  readonly json: string;
  /** To be called once the answer has been handed to the socket. */
  readonly sent?: () => void;
}

export interface Method {
  /** It cannot have written anything, whatever goes wrong. */
  readonly readOnly: boolean;
  /** Calls of one connection run one after another, each once the client has taken the answers before it. */
  readonly inTurn: boolean;
  /** Checks the parameters, at once, and throws where they do not fit: only what was checked may wait its turn. */
  prepare(params: unknown, caller: Caller): Prepared;
}

/** A call whose parameters fit. */
export interface Prepared {
  /** What it holds while it waits, about. */
  readonly bytes: number;
  run(): Promise<Result>;
}

const READ = { readOnly: true, inTurn: false };
const PAGE = { readOnly: true, inTurn: true };
const WRITE = { readOnly: false, inTurn: false };
const STRONG = { strong: true };
const TOPIC_TOO_LARGE =
  'This topic has more books than one answer has room for: ask for pages, with {"after":0} and then the next of each.';

/** The methods by name. Parameters are named; results are the HTTP bodies. */
export function createMethods(desk: Desk, subscriptions: Subscriptions): ReadonlyMap<string, Method> {
  const { service, writes, limits, clock, isAdmin } = desk;
  const { rpc } = desk.requests;

  const methods: Record<string, Method> = {
    search: method(READ, rpc.search, async ({ topic, after, limit, consistency }, caller) => {
      const isPaged = after !== undefined || limit !== undefined;
      const view = ({ books, next }: TitlesPage) => {
        if (isPaged) return { books, next };
        // A shorter list would look like the whole.
        if (next !== null) throw new BazarError('too-large', TOPIC_TOO_LARGE);
        return books;
      };
      const needsTurn = isPaged || consistency === 'strong';
      const light = needsTurn ? undefined : await searchLightly(desk, topic);
      if (light) return read(`search ${topic}`, light, view);
      return heavily(caller, async (deadline) => {
        const served = await service.search(topic, { after, limit, ...strength(consistency), deadline });
        return () => read(`search ${topic}`, served, view);
      });
    }),
    info: method(READ, rpc.info, async ({ id, consistency }) => {
      const served = await service.book(id, strength(consistency));
      return read(`info ${id}`, served, (book) => {
        if (book === null) throw unknownBook(id);
        return viewBook(book);
      });
    }),
    books: method(PAGE, rpc.books, ({ after, limit = limits.defaultPage, consistency }, caller) =>
      heavily(caller, async (deadline) => {
        const served = await service.books({ after, limit }, { ...strength(consistency), deadline });
        return () => read('books', served, viewBooks);
      }),
    ),
    order: method(READ, rpc.order, async ({ orderId, consistency }) => {
      const served = await service.order(orderId, strength(consistency));
      return read(`order ${orderId}`, served, (order) => {
        if (order === null) throw unknownOrder(orderId);
        return viewOrder(order);
      });
    }),
    orders: method(PAGE, rpc.orders, ({ after, limit = limits.defaultPage, consistency }, caller) =>
      heavily(caller, async (deadline) => {
        const served = await service.orders({ after, limit }, { ...strength(consistency), deadline });
        return () => read('orders', served, viewOrders);
      }),
    ),
    status: method(PAGE, rpc.status, async () => result(await statusInTime(desk))),
    audit: method(PAGE, rpc.audit, ({ after, limit = limits.maxPage }, caller) =>
      inTurnAt(desk.audits, caller.auditReader, caller, async (place) => {
        const started = clock.monotonic();
        const audit = await service.audit({ after, limit });
        place.made(0, busyMsOfAudit(clock.monotonic() - started));
        return () => result(audit);
      }),
    ),
    purchase: method(WRITE, rpc.purchase, async ({ lines, orderId }) =>
      written('purchase', await writes.purchase(lines, orderId)),
    ),
    subscribe: method(PAGE, rpc.subscribe, async (filter, { watcher }) => {
      const { books, sent } = await subscriptions.subscribe(watcher, filter);
      return { json: JSON.stringify({ books }), sent };
    }),
    unsubscribe: method(PAGE, rpc.unsubscribe, async (filter, { watcher }) =>
      result(subscriptions.unsubscribe(watcher, filter)),
    ),
    authenticate: method(READ, rpc.authenticate, async ({ token }, caller) => {
      caller.isAdmin = isAdmin(token);
      if (!caller.isAdmin) throw new BazarError('unauthorized');
      return result({ authenticated: true });
    }),
    addBooks: adminOnly(
      method(WRITE, rpc.addBooks, async ({ books, key }) =>
        written('addBooks', await writes.addBooks(books, key)),
      ),
    ),
    updateBook: adminOnly(
      method(WRITE, rpc.updateBook, async ({ id, key, ...change }) =>
        written(`updateBook ${id}`, await writes.updateBook(id, change, key)),
      ),
    ),
  };

  /** A page or a large search: reads what it needs by the deadline, and gives what writes the answer. */
  function heavily(caller: Caller, work: (deadline: number) => Promise<() => Result>): Promise<Result> {
    return inTurnAt(desk.pages, caller.reader, caller, (_place, deadline) => work(deadline));
  }

  /** Waits for the turn of a heavy read, whose place is kept until the client has taken the answer. */
  async function inTurnAt(
    pages: Pages,
    reader: Reader,
    { whenTaken }: Caller,
    work: (place: Place, deadline: number) => Promise<() => Result>,
  ): Promise<Result> {
    const arrived = clock.monotonic();
    // What gets its turn has half of its time left.
    const place = await pages.take(reader, arrived + limits.readDeadlineMs / 2);
    try {
      const write = await work(place, arrived + limits.readDeadlineMs);
      const started = clock.monotonic();
      const { json } = write();
      place.made(Buffer.byteLength(json), busyMsOfAnswer(clock.monotonic() - started));
      return { json, sent: () => whenTaken(place.left) };
    } catch (error) {
      place.left();
      throw error;
    }
  }

  function read<T>(what: string, served: Served<T>, view: (value: T) => object): Result {
    traceRead(desk, what, served);
    return result(view(served.value));
  }

  function written(what: string, { body, replayed, order }: Done): Result {
    traceWrite(desk, what, order);
    return result(replayed ? { ...body, replayed } : body);
  }

  return new Map(Object.entries(methods));
}

function method<T extends z.ZodType>(
  kind: Pick<Method, 'readOnly' | 'inTurn'>,
  schema: T,
  run: (params: z.output<T>, caller: Caller) => Promise<Result>,
): Method {
  return {
    ...kind,
    prepare(params, caller) {
      const checked = parseRequest(schema, params ?? {}, 'params');
      return { bytes: kind.inTurn ? bytesOf(checked) : 0, run: () => run(checked, caller) };
    },
  };
}

function adminOnly(inner: Method): Method {
  return {
    ...inner,
    prepare(params, caller) {
      if (!caller.isAdmin)
        throw new BazarError('unauthorized', 'Call authenticate with the admin token first.');
      return inner.prepare(params, caller);
    },
  };
}

const strength = (consistency?: string) => (consistency === 'strong' ? STRONG : undefined);

const result = (body: object): Result => ({ json: JSON.stringify(body) });
