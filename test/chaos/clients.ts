import * as z from 'zod';
import { connect } from '../../client/client.ts';
import { BookAnswer, CancelledAnswer, OrderAnswer } from '../../runtime/api.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { BookId, Key } from '../../runtime/domain.ts';
import { asBazarError } from '../../runtime/errors.ts';
import { formatMoney, parseMoney } from '../../runtime/money.ts';

/** A client of the store that speaks in the terms of the history. */
export interface StoreClient {
  /** Never rejects: what goes wrong is an outcome. */
  write(request: WriteRequest): Promise<Told>;
  /** Rejects if there is no answer. */
  read(book: BookId, strong: boolean): Promise<Shown>;
  close(): void;
}

/** Prices are in cents. */
export type WriteRequest = { readonly key: Key } & (
  | { readonly kind: 'purchase'; readonly lines: readonly WantedLine[] }
  /** All of an order that was bought, of these lines. */
  | {
      readonly kind: 'cancel';
      readonly order: Key;
      readonly lines: readonly WantedLine[];
      readonly restock: boolean;
    }
  | { readonly kind: 'restock'; readonly book: BookId; readonly amount: number }
  | { readonly kind: 'price'; readonly book: BookId; readonly price: number }
);

export interface WantedLine {
  readonly book: BookId;
  readonly quantity: number;
  /** The price the buyer expects. */
  readonly price?: number;
}

export interface Told {
  readonly outcome: 'ok' | 'refused' | 'unknown' | 'none';
  /** Why it is not `ok`. */
  readonly code?: string;
  readonly version?: number;
  /** Of a purchase: it was bought. */
  readonly total?: number;
  readonly refund?: number;
  readonly stock?: number;
  /** An earlier request under the same key had got this answer. */
  readonly replayed?: boolean;
}

export function isDecided({ outcome }: Told): boolean {
  return outcome === 'ok' || outcome === 'refused';
}

export interface Shown {
  readonly version: number;
  readonly stock: number;
  readonly price: number;
}

export interface StoreClientOptions {
  readonly url: string;
  readonly adminToken: string;
  /** Milliseconds until the asker gives up. */
  readonly patienceMs: number;
}

/** By WebSocket, with the client library: it asks again by itself, under the same key, while patience lasts. */
export function openSocketClient({ url, adminToken, patienceMs }: StoreClientOptions): StoreClient {
  const limits = { callTimeoutMs: patienceMs };
  const client = connect({ url, token: adminToken, clock: systemClock, limits });
  return {
    write(request) {
      const { key } = request;
      if (request.kind === 'cancel') {
        const { order, restock } = request;
        return told(client.cancel(order, { restock }, { key }), ofCancellation);
      }
      return request.kind === 'purchase'
        ? told(client.purchase({ orderId: key, ...cartOf(request) }), ofOrder)
        : told(client.updateBook(request.book, changeOf(request), { key }), ofBook);
    },
    read: async (book, strong) => shown(await client.info(book, { strong })),
    close: () => client.close(),
  };
}

/** By plain HTTP, each request once. */
export function openHttpClient({ url, adminToken, patienceMs }: StoreClientOptions): StoreClient {
  async function ask<T>(method: string, path: string, answer: z.ZodType<T>, write?: Write): Promise<T> {
    const headers = {
      authorization: `Bearer ${adminToken}`,
      ...(write && { 'content-type': 'application/json', 'idempotency-key': write.key }),
    };
    const body = write && JSON.stringify(write.body);
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${url}${path}`, { method, headers, body, signal });
    const content: unknown = await response.json();
    if (!response.ok) throw new Declined(Problem.parse(content));
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    return answer.parse(replayed ? { ...(content as object), replayed } : content);
  }

  return {
    write(request) {
      const { key } = request;
      if (request.kind === 'cancel') {
        const { order, restock } = request;
        const path = `/orders/${order}/cancel`;
        return told(ask('POST', path, CancelledAnswer, { key, body: { restock } }), ofCancellation);
      }
      return request.kind === 'purchase'
        ? told(ask('POST', '/purchase', OrderAnswer, { key, body: cartOf(request) }), ofOrder)
        : told(ask('PATCH', `/books/${request.book}`, BookAnswer, { key, body: changeOf(request) }), ofBook);
    },
    read: async (book, strong) =>
      shown(await ask('GET', `/info/${book}${strong ? '?consistency=strong' : ''}`, BookAnswer)),
    close() {},
  };
}

interface Write {
  readonly key: Key;
  readonly body: object;
}

const Problem = z.looseObject({
  code: z.string(),
  outcome: z.enum(['refused', 'unknown', 'none']),
  version: z.int().optional(),
});

/** The gateway's own word for why not. */
class Declined extends Error {
  readonly problem: z.infer<typeof Problem>;

  constructor(problem: z.infer<typeof Problem>) {
    super(problem.code);
    this.problem = problem;
  }
}

function cartOf({ lines }: { lines: readonly WantedLine[] }) {
  return {
    lines: lines.map(({ book, quantity, price }) => ({
      id: book,
      quantity,
      ...(price !== undefined && { price: formatMoney(price) }),
    })),
  };
}

function changeOf(request: Extract<WriteRequest, { kind: 'restock' | 'price' }>) {
  return request.kind === 'restock' ? { restock: request.amount } : { price: formatMoney(request.price) };
}

function shown({ version, stock, price }: BookAnswer): Shown {
  return { version, stock, price: cents(price) };
}

function ofOrder(order: OrderAnswer): Told {
  const { version, total, replayed } = order;
  return { outcome: 'ok', version: begunAt(order.events) ?? version, total: cents(total), replayed };
}

function ofCancellation({ version, refund, replayed }: CancelledAnswer): Told {
  return { outcome: 'ok', version, refund: cents(refund), replayed };
}

function ofBook({ version, stock, replayed }: BookAnswer): Told {
  return { outcome: 'ok', version, stock, replayed };
}

/** With these the copies had been held, which is what the history tells; how it ended is in the order table. */
const PAID_IN_VAIN: ReadonlySet<string> = new Set(['payment-declined', 'payment-expired']);

/** The version at which an order began, whatever has become of it since: its copies were held, or sold at once. */
function begunAt(events: unknown): number | undefined {
  const [first] = (events ?? []) as { readonly version: number }[];
  return first?.version;
}

async function told<T>(answer: Promise<T>, read: (answer: T) => Told): Promise<Told> {
  try {
    return read(await answer);
  } catch (error) {
    if (error instanceof Declined) {
      const { outcome, code, version } = error.problem;
      if (PAID_IN_VAIN.has(code)) return { outcome: 'ok', version: begunAt(error.problem.events) };
      return { outcome, code, version };
    }
    // What broke on the way, such as the connection, says nothing of the write.
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) {
      return { outcome: 'unknown', code: 'no-answer' };
    }
    const { outcome, code, details } = asBazarError(error);
    const { version } = details;
    if (PAID_IN_VAIN.has(code)) return { outcome: 'ok', version: begunAt(details.events) };
    return { outcome, code, ...(typeof version === 'number' && { version }) };
  }
}

function cents(price: string): number {
  const amount = parseMoney(price);
  if (amount === undefined) throw new Error(`"${price}" is not an amount of money`);
  return amount;
}
