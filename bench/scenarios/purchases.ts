import { syncedBatch, wsEcho } from '../floors/floors.ts';
import { fastifyPostgres, moleculer } from '../peers/peers.ts';
import type { Figures } from '../result.ts';
import { draw, FIRST_BOOK } from '../subjects/books.ts';
import { HTTP_1, HTTP_50, type Jobs, LOAD_COLUMNS, load, loadCase, WS_50_16 } from './load-case.ts';
import { caseOf, type MeasureContext, type Scenario } from './scenario.ts';
import { store } from './subjects.ts';

const buy: Jobs = (random) => draw('buy', random);
const buyHot: Jobs = () => () => ({ kind: 'buy', id: FIRST_BOOK });
const buyHeld: Jobs = (random) => draw('hold', random);
const buyCart: Jobs = (random) => draw('cart', random);
const SHARE_OF_PURCHASES = 0.1;
export const mix: Jobs = (random) => {
  const [buys, reads] = [draw('buy', random), draw('read', random)];
  return () => (random.next() < SHARE_OF_PURCHASES ? buys() : reads());
};
const RECORD = 'x'.repeat(300);

/** One after the other, as a store that gathers nothing would do it. */
const batchCase = caseOf(syncedBatch, async ({ store: level }, { settings }): Promise<Figures> => {
  const times: number[] = [];
  const began = performance.now();
  for (let at = began; at < began + settings.seconds * 1000; at = performance.now()) {
    await level.write([{ type: 'put', key: `order/${times.length}`, value: RECORD }]);
    times.push(performance.now() - at);
  }
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
});

const services = [store, fastifyPostgres, moleculer];

const many: Scenario = {
  name: 'purchase-http',
  title: 'purchase, HTTP, 50 connections, 1,000 books',
  isQuick: true,
  columns: LOAD_COLUMNS,
  cases: () => [...services.map((subject) => loadCase(subject, HTTP_50, buy)), batchCase],
};

const hot: Scenario = {
  name: 'purchase-hot',
  title: 'purchase, HTTP, 50 connections, one book',
  columns: LOAD_COLUMNS,
  cases: () => services.map((subject) => loadCase(subject, HTTP_50, buyHot)),
};

/** A hold with its confirmation is two entries of the log, and two questions of the client. */
const holds: Scenario = {
  name: 'hold-confirm',
  title: 'hold and confirm beside a purchase, HTTP, 50 connections, 1,000 books',
  columns: LOAD_COLUMNS,
  cases: () => [
    loadCase(store, HTTP_50, buyHeld, 'hold and confirm'),
    loadCase(store, HTTP_50, buy, 'purchase'),
  ],
};

const carts: Scenario = {
  name: 'purchase-carts',
  title: 'purchase of a cart of three books, HTTP, 50 connections',
  columns: LOAD_COLUMNS,
  cases: () => [loadCase(store, HTTP_50, buyCart)],
};

const webSocket: Scenario = {
  name: 'purchase-ws',
  title: 'purchase, WebSocket, 50 × 16, 1,000 books',
  isQuick: true,
  columns: LOAD_COLUMNS,
  cases: () => [loadCase(store, WS_50_16, buy), loadCase(wsEcho, WS_50_16, buy)],
};

const alone: Scenario = {
  name: 'purchase-alone',
  title: 'purchase, HTTP, one client',
  isQuick: true,
  columns: LOAD_COLUMNS,
  cases: () => [...services.map((subject) => loadCase(subject, HTTP_1, buy)), batchCase],
};

const mixHttp: Scenario = {
  name: 'mix-http',
  title: 'one purchase to nine reads, HTTP, 50 connections',
  columns: LOAD_COLUMNS,
  cases: () => services.map((subject) => loadCase(subject, HTTP_50, mix)),
};

const mixWebSocket: Scenario = {
  name: 'mix-ws',
  title: 'one purchase to nine reads, WebSocket, 50 × 16',
  columns: LOAD_COLUMNS,
  cases: () => [loadCase(store, WS_50_16, mix), loadCase(wsEcho, WS_50_16, mix)],
};

/** Half of what the slowest service did when it was asked as fast as it answered, in the scenario of that name. */
function bearableRate(closed: string, { before }: MeasureContext, otherwise: number): number {
  const cases = before.find(({ name }) => name === closed)?.cases.slice(0, services.length) ?? [];
  const rates = cases.flatMap(({ repetitions }) => repetitions.map(({ figures }) => figures.perSecond ?? 0));
  return rates.length === 0
    ? otherwise
    : Math.max(1, Math.round(rates.reduce((least, rate) => Math.min(least, rate)) / 2));
}

const OPEN_COLUMNS = ['p99Ms', 'p50Ms', 'rate', 'perSecond', 'cpuUs', 'notOk'];
/** Requests a second where the closed loop was not run. */
const FALLBACK = { read: 500, buy: 100 };

const openPurchase: Scenario = {
  name: 'purchase-open',
  title: 'purchase, HTTP, at a rate that all of them bear; time from when a request was due',
  columns: OPEN_COLUMNS,
  cases: () =>
    services.map((subject) =>
      caseOf(subject, (running, run) =>
        load(running, HTTP_50, buy, run.settings.seconds, bearableRate('purchase-http', run, FALLBACK.buy)),
      ),
    ),
};

const openRead: Scenario = {
  name: 'cached-read-open',
  title: 'cached read, HTTP, at a rate that all of them bear; time from when a request was due',
  columns: OPEN_COLUMNS,
  cases: () =>
    services.map((subject) =>
      caseOf(subject, (running, run) => {
        const rate = bearableRate('cached-read-http', run, FALLBACK.read);
        return load(running, HTTP_50, (random) => draw('read', random), run.settings.seconds, rate);
      }),
    ),
};

export const purchases = [
  many,
  hot,
  holds,
  carts,
  webSocket,
  alone,
  mixHttp,
  mixWebSocket,
  openPurchase,
  openRead,
];
