import { waitingClock } from '../../runtime/clock.ts';
import { bareFastify, nodeHttp, redisGet, wsEcho } from '../floors/floors.ts';
import { drive } from '../load/loop.ts';
import { count, createTally, summarise } from '../load/tally.ts';
import { fastifyPostgres, moleculer } from '../peers/peers.ts';
import { draw, FIRST_BOOK } from '../subjects/books.ts';
import { HTTP_1, HTTP_50, type Jobs, LOAD_COLUMNS, loadCase, WS_50_16, WS_BATCHED } from './load-case.ts';
import { caseOf, type Scenario } from './scenario.ts';
import { store, uncached } from './subjects.ts';

const read: Jobs = (random) => draw('read', random);
const strong: Jobs = (random) => draw('strong', random);
const search: Jobs = (random) => draw('search', random);

const redisCase = caseOf(redisGet, async ({ redis }, { settings }) => {
  await redis.set('book', 'x'.repeat(120));
  const tally = createTally();
  const { seconds } = await drive({
    open: (answered) => ({
      width: 50,
      send: (slot) => void redis.get('book').then(() => answered(slot, 'ok')),
      close() {},
    }),
    connections: 1,
    clock: waitingClock,
    warmUpSeconds: 0.5,
    seconds: settings.seconds,
    patienceMs: 10_000,
    next: () => ({ kind: 'read', id: FIRST_BOOK }),
    done: (sample) => count(tally, sample),
  });
  const { perSecond, p50, p99 } = summarise(tally, seconds);
  return { perSecond, p50Ms: p50, p99Ms: p99 };
});

const cachedReadHttp: Scenario = {
  name: 'cached-read-http',
  title: 'cached read, HTTP, 50 connections',
  isQuick: true,
  columns: LOAD_COLUMNS,
  cases: () => [
    ...[store, fastifyPostgres, moleculer, bareFastify, nodeHttp].map((subject) =>
      loadCase(subject, HTTP_50, read),
    ),
    redisCase,
  ],
};

const cachedReadWebSocket: Scenario = {
  name: 'cached-read-ws',
  title: 'cached read, WebSocket, 50 × 16',
  isQuick: true,
  columns: LOAD_COLUMNS,
  cases: () => [
    loadCase(store, WS_50_16, read),
    loadCase(store, WS_BATCHED, read, 'bazar, batched calls'),
    loadCase(wsEcho, WS_50_16, read),
  ],
};

const cachedReadAlone: Scenario = {
  name: 'cached-read-alone',
  title: 'cached read, HTTP, one client',
  columns: LOAD_COLUMNS,
  cases: () => [
    ...[store, uncached, fastifyPostgres, moleculer].map((subject) => loadCase(subject, HTTP_1, read)),
    loadCase(fastifyPostgres, HTTP_1, strong, 'fastify-postgres, past its cache'),
    loadCase(nodeHttp, HTTP_1, read),
  ],
};

const strongRead: Scenario = {
  name: 'strong-read-http',
  title: 'strong read, HTTP, 50 connections; of the peers a read past their cache',
  columns: LOAD_COLUMNS,
  cases: () => [store, fastifyPostgres, moleculer].map((subject) => loadCase(subject, HTTP_50, strong)),
};

const uncachedRead: Scenario = {
  name: 'uncached-read-http',
  title: 'uncached read, HTTP, 50 connections',
  columns: LOAD_COLUMNS,
  cases: () => [
    loadCase(uncached, HTTP_50, read, 'bazar'),
    ...[fastifyPostgres, moleculer].map((subject) => loadCase(subject, HTTP_50, strong)),
  ],
};

const searches: Scenario = {
  name: 'search-http',
  title: 'search for one of 50 topics of 20 books, HTTP, 50 connections',
  columns: LOAD_COLUMNS,
  cases: () => [store, fastifyPostgres, moleculer].map((subject) => loadCase(subject, HTTP_50, search)),
};

export const reads = [
  cachedReadHttp,
  cachedReadWebSocket,
  cachedReadAlone,
  strongRead,
  uncachedRead,
  searches,
];
