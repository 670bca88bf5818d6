import type { Figures } from '../result.ts';
import { type BazarShape, bazar } from '../subjects/bazar.ts';
import { draw } from '../subjects/books.ts';
import type { Running, Subject } from '../subjects/subject.ts';
import { HTTP_1, HTTP_50, load } from './load-case.ts';
import { caseOf, type MeasureContext, type Scenario } from './scenario.ts';
import { store, uncached } from './subjects.ts';

/** The store in other shapes: what a replica more costs, and what each cache is good for. */

const COLUMNS = ['purchasesPerSecond', 'aloneMs', 'readsPerSecond', 'strongMs'];
/** Loads in one measurement, which share its time. */
const LOADS = 4;

/** Purchases under load and alone and strong reads over `books` books, cached reads of as many as a cache holds. */
export async function fourLoads(
  running: Running,
  { settings }: MeasureContext,
  books?: number,
): Promise<Figures> {
  const seconds = settings.seconds / LOADS;
  const purchases = await load(running, HTTP_50, (random) => draw('buy', random, books), seconds);
  const alone = await load(running, HTTP_1, (random) => draw('buy', random, books), seconds);
  const reads = await load(running, HTTP_50, (random) => draw('read', random), seconds);
  const strong = await load(running, HTTP_1, (random) => draw('strong', random, books), seconds);
  return {
    purchasesPerSecond: purchases.perSecond!,
    aloneMs: alone.p50Ms!,
    readsPerSecond: reads.perSecond!,
    readP50Ms: reads.p50Ms!,
    strongMs: strong.p50Ms!,
  };
}

function shape(name: string, given: BazarShape): Subject {
  return bazar({ name, about: `this store with ${name}`, ...given });
}

const catalogs: readonly Subject[] = [
  shape('1 catalog', { catalogs: 1 }),
  shape('2 catalogs', { catalogs: 2 }),
  shape('5 catalogs', { catalogs: 5 }),
];
const oneOrder = shape('1 order replica', { orders: 1 });
const inProcess = shape('cache in process', { redis: undefined });
const inRedis = shape('cache in Redis alone', { args: ['--limit', 'cacheEntries=1'] });

const byCatalogs: Scenario = {
  name: 'catalogs',
  title: 'one, two, three and five catalogs; HTTP, 50 connections, alone and strong: one client',
  columns: COLUMNS,
  cases: () => [
    caseOf(store, fourLoads, '3 catalogs'),
    ...catalogs.map((subject) => caseOf(subject, fourLoads)),
  ],
};

const byOrders: Scenario = {
  name: 'orders',
  title: 'one and two order replicas; HTTP, 50 connections, alone and strong: one client',
  columns: COLUMNS,
  cases: () => [caseOf(store, fourLoads, '2 order replicas'), caseOf(oneOrder, fourLoads)],
};

const byCache: Scenario = {
  name: 'cache',
  title:
    'no cache, in process, in Redis, and both as it comes; HTTP, 50 connections, alone and strong: one client',
  columns: COLUMNS,
  cases: () => [
    caseOf(store, fourLoads, 'in process and Redis'),
    caseOf(inProcess, fourLoads, 'in process'),
    caseOf(inRedis, fourLoads, 'Redis alone'),
    caseOf(uncached, fourLoads, 'none'),
  ],
};

export const shapes = [byCatalogs, byOrders, byCache];
