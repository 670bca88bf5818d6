import { connect } from '../../client/client.ts';
import { allBooks, exportText } from '../../client/files/export-text.ts';
import { buyMany } from '../load/buy-many.ts';
import type { Figures, Settings } from '../result.ts';
import { bazar, type RunningBazar } from '../subjects/bazar.ts';
import { BOOKS, draw } from '../subjects/books.ts';
import { processTree } from '../subjects/process-tree.ts';
import type { Subject } from '../subjects/subject.ts';
import { HTTP_1, load } from './load-case.ts';
import { recover } from './recover.ts';
import { caseOf, type MeasureContext, type Scenario } from './scenario.ts';
import { fourLoads } from './shapes.ts';

/** How much slower a store with much in it is, and how long it takes to come back. */

const MB = 1024 * 1024;
const LEAST_ORDERS = 10_000;
const MOST_FOUND = 100_000;
/** What a slow machine takes in a second. */
const BOOKS_A_SECOND = 10_000;
const ORDERS_A_SECOND = 5_000;

const withBooks = sized((books) =>
  bazar({ name: count(books, 'books'), about: `this store with ${count(books, 'books')}`, books }),
);
const withOrders = sized((orders) =>
  bazar({
    name: count(orders, 'orders'),
    about: `this store with ${count(orders, 'orders')}`,
    fill: ({ url }) =>
      buyMany(url, orders, BOOKS, (line) => void process.stderr.write(`  filling: ${line}\n`)),
  }),
);

/** One subject for each size, the same for every scenario that asks for it. */
function sized(make: (size: number) => Subject<RunningBazar>): (size: number) => Subject<RunningBazar> {
  const made = new Map<number, Subject<RunningBazar>>();
  return (size) => {
    const subject = made.get(size) ?? make(size);
    made.set(size, subject);
    return subject;
  };
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}`;
}

/** Powers of ten from the least to the largest. */
function sizesOf(least: number, { largest }: Settings): number[] {
  const sizes = [];
  for (let size = least; size < largest; size *= 10) sizes.push(size);
  return [...sizes, largest];
}

function measured(books: number) {
  return async (running: RunningBazar, run: MeasureContext): Promise<Figures> => {
    const figures = await fourLoads(running, run, books);
    const { nodes } = await running.cluster.status();
    const catalogs = new Set(nodes.flatMap(({ kind, pid }) => (kind === 'catalog' && pid ? [pid] : [])));
    const tree = await processTree(running.pids);
    const bytes = tree.filter(({ pid }) => catalogs.has(pid)).map(({ residentBytes }) => residentBytes);
    return { ...figures, catalogMb: bytes.reduce((most, each) => Math.max(most, each), 0) / MB };
  };
}

const COLUMNS = ['purchasesPerSecond', 'aloneMs', 'readsPerSecond', 'strongMs', 'catalogMb'];

const books: Scenario = {
  name: 'books',
  title: 'many books on disk; HTTP, 50 connections, alone and strong: one client',
  columns: COLUMNS,
  extraSeconds: ({ largest }) => (largest * 1.1) / BOOKS_A_SECOND,
  cases: (settings) => sizesOf(BOOKS, settings).map((size) => caseOf(withBooks(size), measured(size))),
};

/** What `bazar export` does: one page after the other, as text. Seconds. */
async function exportAll(url: string): Promise<number> {
  const shop = connect({ url: `${url.replace('http', 'ws')}/ws` });
  const began = performance.now();
  try {
    for await (const _ of exportText(allBooks(shop), 'csv'));
    return (performance.now() - began) / 1_000;
  } finally {
    shop.close();
  }
}

const finding: Scenario = {
  name: 'find',
  title: 'finding 20 of many books by words of their titles, one client; and exporting all of them',
  columns: ['p50Ms', 'p99Ms', 'cpuUs', 'allSeconds'],
  cases: (settings) =>
    sizesOf(BOOKS, settings)
      .filter((size) => size <= MOST_FOUND)
      .map((size) =>
        caseOf(withBooks(size), async (running: RunningBazar, { settings }) => ({
          ...(await load(running, HTTP_1, (random) => draw('find', random, size), settings.seconds)),
          allSeconds: await exportAll(running.url),
        })),
      ),
};

const orders: Scenario = {
  name: 'old-orders',
  title: 'many orders on disk; HTTP, 50 connections, alone and strong: one client',
  columns: COLUMNS,
  extraSeconds: ({ largest }) => (largest * 1.1) / ORDERS_A_SECOND,
  cases: (settings) =>
    sizesOf(LEAST_ORDERS, settings).map((size) => caseOf(withOrders(size), measured(BOOKS))),
};

const recovery: Scenario = {
  name: 'recovery',
  title: 'all catalogs killed at once; then one wiped under load',
  isOnce: true,
  columns: ['allKilledSeconds', 'wipedSeconds', 'meanwhilePerSecond'],
  extraSeconds: () => 120,
  cases: ({ largest }) =>
    [...new Set([LEAST_ORDERS, largest])].map((size) => caseOf(withOrders(size), recover)),
};

export const sizes = [books, finding, orders, recovery];
