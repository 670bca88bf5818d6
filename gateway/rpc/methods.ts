import type { z } from 'zod';
import { BazarError } from '../../runtime/errors.ts';
import { parseRequest } from '../complaints.ts';
import type { Done } from '../decisions.ts';
import { type Desk, statusInTime, traceRead, traceWrite, unknownBook, unknownOrder } from '../desk.ts';
import type { Served } from '../service.ts';
import { viewBook, viewBooks, viewOrder, viewOrders } from '../views.ts';
import type { Subscriptions, Watcher } from './subscriptions.ts';
import { bytesOf } from './turns.ts';

/** The connection that a call came by. */
export interface Caller {
  readonly watcher: Watcher;
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

/** The methods by name. Parameters are named; results are the HTTP bodies. */
export function createMethods(desk: Desk, subscriptions: Subscriptions): ReadonlyMap<string, Method> {
  const { service, writes, limits, isAdmin } = desk;
  const { rpc } = desk.requests;

  const methods: Record<string, Method> = {
    search: method(READ, rpc.search, async ({ topic, consistency }) => {
      const served = await service.search(topic, strength(consistency));
      return read(`search ${topic}`, served, (titles) => titles);
    }),
    info: method(READ, rpc.info, async ({ id, consistency }) => {
      const served = await service.book(id, strength(consistency));
      return read(`info ${id}`, served, (book) => {
        if (book === null) throw unknownBook(id);
        return viewBook(book);
      });
    }),
    books: method(PAGE, rpc.books, async ({ after, limit = limits.defaultPage, consistency }) => {
      const served = await service.books({ after, limit }, strength(consistency));
      return read('books', served, viewBooks);
    }),
    order: method(READ, rpc.order, async ({ orderId, consistency }) => {
      const served = await service.order(orderId, strength(consistency));
      return read(`order ${orderId}`, served, (order) => {
        if (order === null) throw unknownOrder(orderId);
        return viewOrder(order);
      });
    }),
    orders: method(PAGE, rpc.orders, async ({ after, limit = limits.defaultPage, consistency }) => {
      const served = await service.orders({ after, limit }, strength(consistency));
      return read('orders', served, viewOrders);
    }),
    status: method(PAGE, rpc.status, async () => result(await statusInTime(desk))),
    audit: method(PAGE, rpc.audit, async ({ after, limit = limits.maxPage }) =>
      result(await service.audit({ after, limit })),
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
