import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { systemClock } from '../../runtime/clock.ts';
import { parseMoney } from '../../runtime/money.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { Line, OrderLine, WriteLine } from '../checkers/history.ts';
import { checkWitness } from '../checkers/witness.ts';
import type { Answer, LauncherCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

/**
 * Buyers and readers of a real store, who write down what they asked and what they were told, in the format of
 * `docs/verification.md`. A buyer who does not know what came of a purchase asks again under the same order id
 * until there is an answer, whatever happens to the store meanwhile.
 */
export interface Crowd {
  readonly history: readonly Line[];
  /** Purchases that were confirmed so far. */
  readonly confirmed: number;
  /** Milliseconds from the moment `since` to the first confirmation of a purchase that was asked for later. */
  confirmedAfter(since: number): Promise<number>;
  /** Resolves when `count` more purchases have been confirmed. */
  confirms(count: number): Promise<void>;
  /** Milliseconds that each definite answer to a purchase asked for after `since` took. */
  latenciesAfter(since: number): readonly number[];
  /** Asks for nothing new; resolves when every purchase has its answer. */
  leave(): Promise<void>;
  /** Asks for nothing any more, not even again: what has no answer yet stays unknown. */
  scatter(): Promise<void>;
}

export interface CrowdOptions {
  /** The first part of all order ids; no other crowd of the same store may have it. */
  readonly name: string;
  readonly books: readonly number[];
  readonly buyers?: number;
  readonly readers?: number;
  /** Copies a buyer wants at once. */
  readonly quantity?: number;
  /** Milliseconds that everybody thinks before the next request; leaves a small machine some air. */
  readonly thinkMs?: number;
}

/** One read in this many asks for a linearizable answer. */
const STRONG_SHARE = 8;
/** One confirmed purchase in this many is asked for once more, as by a client that lost the answer. */
const REPEAT_SHARE = 10;
/** Milliseconds before asking again what got no answer. */
const RETRY_MS = 50;
/** Milliseconds after which a purchase must have a definite answer. */
const PATIENCE_MS = 60_000;

interface BookBody {
  readonly stock: number;
  readonly price: string;
  readonly version: number;
}

interface OrderBody {
  readonly orderId: string;
  readonly status: 'confirmed' | 'refused';
  readonly total: string;
  readonly version: number;
  readonly code?: string;
}

interface Problem {
  readonly code: string;
  readonly outcome: 'none' | 'refused' | 'unknown';
  readonly version?: number;
}

const now = () => systemClock.monotonic();

/** Gives these books more copies than a crowd can buy. */
export async function fillShelf(cluster: LauncherCluster, books: readonly number[]): Promise<void> {
  for (const id of books) {
    await cluster.request('PATCH', `/books/${id}`, { admin: true, body: { stock: 1_000_000 } });
  }
}

/** Starts buying and reading; the books must be there and nobody else may change them meanwhile. */
export async function openCrowd(cluster: LauncherCluster, options: CrowdOptions): Promise<Crowd> {
  const { name, books, buyers = 8, readers = 2, quantity = 1, thinkMs = 5 } = options;
  const random = seededRandom(books.length + buyers);
  const history: Line[] = [];
  let confirmed = 0;
  let asked = 0;
  let leaving = false;
  let scattered = false;

  for (const book of books) {
    const { body } = await cluster.request<BookBody>('GET', `/info/${book}?consistency=strong`);
    history.push({ kind: 'book', book, stock: body.stock, price: cents(body.price), version: body.version });
  }

  const draw = () => books[random.integer(books.length)]!;
  const question = (client: string) => ({
    op: `${client}/${++asked}`,
    client,
    via: 'gateway-1',
    start: now(),
  });

  async function purchase(client: string, key: string, book: number): Promise<WriteLine['outcome']> {
    const asks = question(client);
    const told = await cluster
      .request<OrderBody & Problem>('POST', '/purchase', {
        body: { id: book, quantity },
        headers: { 'idempotency-key': key },
      })
      .catch(() => undefined);
    const decision = decisionOf(told);
    const definite = decision.outcome === 'ok' || decision.outcome === 'refused';
    const lines = [{ book, quantity }];
    history.push({ kind: 'purchase', ...asks, end: definite ? now() : null, key, lines, ...decision });
    return decision.outcome;
  }

  async function buy(client: string, key: string): Promise<void> {
    const book = draw();
    const giveUpAt = now() + PATIENCE_MS;
    for (;;) {
      const outcome = await purchase(client, key, book);
      if (outcome === 'ok' || outcome === 'refused') {
        if (outcome === 'ok') confirmed++;
        break;
      }
      if (scattered) return;
      if (now() > giveUpAt) throw new Error(`order ${key} got no answer within ${PATIENCE_MS} ms`);
      await sleep(RETRY_MS);
    }
    if (random.integer(REPEAT_SHARE) === 0) await purchase(client, key, book);
    await read(client, book, false);
  }

  async function read(client: string, book: number, strong: boolean): Promise<void> {
    const asks = question(client);
    const kind = 'read' as const;
    const consistency = strong ? 'strong' : 'default';
    const path = strong ? `/info/${book}?consistency=strong` : `/info/${book}`;
    const told = await cluster.request<BookBody>('GET', path).catch(() => undefined);
    if (told?.status === 200) {
      const { stock, price, version } = told.body;
      const shown = { book, stock, price: cents(price), version };
      history.push({ kind, ...asks, end: now(), consistency, outcome: 'ok', ...shown });
    } else history.push({ kind, ...asks, end: null, consistency, book, outcome: 'none' });
  }

  async function live(act: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 1; !leaving; turn++) {
      await act(turn);
      await sleep(thinkMs);
    }
  }

  const lives: Promise<void>[] = [];
  for (let index = 0; index < buyers; index++) {
    const client = `${name}-${index}`;
    lives.push(live((turn) => buy(client, `${client}-${turn}`)));
  }
  for (let index = 0; index < readers; index++) {
    const client = `${name}-reader-${index}`;
    lives.push(live((turn) => read(client, draw(), turn % STRONG_SHARE === 0)));
  }
  const all = Promise.all(lives);
  all.catch(() => {});

  const purchasesAfter = (since: number) =>
    history.filter(
      (line): line is WriteLine & { end: number } =>
        line.kind === 'purchase' && line.start > since && line.end !== null,
    );

  return {
    history,
    get confirmed() {
      return confirmed;
    },
    async confirmedAfter(since) {
      const first = await eventually('a purchase is confirmed', () =>
        purchasesAfter(since).find(({ outcome }) => outcome === 'ok'),
      );
      return first.end - since;
    },
    async confirms(count) {
      const goal = confirmed + count;
      await eventually(`${count} purchases are confirmed`, () => confirmed >= goal);
    },
    latenciesAfter: (since) => purchasesAfter(since).map(({ start, end }) => end - start),
    async leave() {
      leaving = true;
      await all;
    },
    async scatter() {
      leaving = true;
      scattered = true;
      await all;
    },
  };
}

/** The crowd leaves; then everything that it was told must be true, for ever and on every catalog. */
export async function assertTold(cluster: LauncherCluster, crowd: Crowd, name: string): Promise<void> {
  await crowd.leave();
  await cluster.whole();
  await assertEqualCatalogs(cluster);
  const orders = await ordersOnEveryCatalog(cluster, `${name}-`);
  const history: Line[] = [...crowd.history];
  for (const line of crowd.history) {
    if (line.kind === 'book') history.push(await lastLook(cluster, line.book));
  }
  history.push(...orders, { kind: 'table', orders: orders.length });
  const { violations, looseReads } = await checkWitness(() => history);
  assert.equal(violations, []);
  assert.is(looseReads, 0);
}

async function lastLook(cluster: LauncherCluster, book: number): Promise<Line> {
  const start = now();
  const { body } = await cluster.request<BookBody>('GET', `/info/${book}?consistency=strong`);
  const { stock, version } = body;
  const asks = { op: `last look at ${book}`, client: 'auditor', via: 'gateway-1', start, end: now() };
  const shown = { book, stock, price: cents(body.price), version };
  return { kind: 'read', ...asks, consistency: 'strong', outcome: 'ok', ...shown };
}

interface AuditBody {
  readonly consistent: boolean;
  readonly catalogs: readonly { readonly id: string; readonly state: string; readonly digest?: string }[];
  readonly books: readonly { readonly id: number; readonly sold: number; readonly stock: number }[];
}

/** Resolves once all catalogs are there, at one index and with one digest, and every book's ledger balances. */
export function assertEqualCatalogs(cluster: LauncherCluster): Promise<AuditBody> {
  return eventually('all catalogs are equal', async () => {
    const { body } = await cluster.request<AuditBody>('GET', '/audit');
    const digests = new Set(body.catalogs.map(({ digest }) => digest));
    const present = body.catalogs.every(({ state }) => state === 'present');
    return body.consistent && present && digests.size === 1 && body;
  });
}

const PAGE = 1000;

/** The recorded orders whose ids start with `prefix`; each catalog must have served every page, and the same. */
export async function ordersOnEveryCatalog(cluster: LauncherCluster, prefix: string): Promise<OrderLine[]> {
  const { nodes } = await cluster.status();
  const catalogs = nodes.filter(({ kind }) => kind === 'catalog').length;
  const orders: OrderLine[] = [];
  for (let after: string | null = prefix; after !== null; ) {
    const page: OrdersBody = await samePageEverywhere(cluster, after, catalogs);
    const mine = page.orders.filter(({ orderId }) => orderId.startsWith(prefix));
    for (const { orderId: key, status, code, version } of mine) {
      orders.push({ kind: 'order', key, status, code, version });
    }
    after = mine.length === page.orders.length ? page.next : null;
  }
  return orders;
}

interface OrdersBody {
  readonly orders: readonly OrderBody[];
  readonly next: string | null;
}

/** Late decisions may still be on their way to some: asked again until every catalog shows the same page. */
async function samePageEverywhere(
  cluster: LauncherCluster,
  after: string,
  catalogs: number,
): Promise<OrdersBody> {
  const shown = new Map<string, string>();
  return eventually('every catalog shows the same page of orders', async () => {
    const path = `/orders?after=${after}&limit=${PAGE}`;
    const answer = await cluster.request<OrdersBody>('GET', path, { admin: true });
    if (answer.status !== 200) return undefined;
    shown.set(answer.headers.get('x-served-by')!, JSON.stringify(answer.body));
    return shown.size === catalogs && new Set(shown.values()).size === 1 && answer.body;
  });
}

function decisionOf(told: Answer<OrderBody & Problem> | undefined) {
  if (told === undefined) return { outcome: 'unknown' as const };
  const { status, body } = told;
  if (status === 201 || status === 200) {
    return { outcome: 'ok' as const, version: body.version, total: cents(body.total) };
  }
  const { outcome = 'unknown', code, version } = body;
  return { outcome, code, version };
}

function cents(amount: string): number {
  const parsed = parseMoney(amount);
  if (parsed === undefined) throw new Error(`"${amount}" is not an amount`);
  return parsed;
}
