import { Agent, request } from 'node:http';
import { fastifyPostgres } from '../peers/peers.ts';
import type { Figures } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { BOOKS, FIRST_BOOK } from '../subjects/books.ts';
import type { Running } from '../subjects/subject.ts';
import { caseOf, type Scenario } from './scenario.ts';
import { store, uncached } from './subjects.ts';

const DISTRIBUTED = 300;
const AT_ONCE = 8;
/** Books of the reads after updates: enough for a median, few enough for the shortest run. */
const UPDATES = 100;

const agent = new Agent({ keepAlive: true });

function ask({ url }: Running, method: string, path: string, body?: object): Promise<Told> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = body && { 'content-type': 'application/json', 'content-length': text.length };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { agent, method, headers }, (answer) => {
      let told = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        told += chunk;
      });
      answer.on('end', () => {
        if (answer.statusCode! < 300)
          resolve({ servedBy: String(answer.headers['x-served-by']), body: JSON.parse(told) });
        else reject(new Error(`${method} ${path} was answered ${answer.statusCode}: ${told}`));
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });
}

interface Told {
  readonly servedBy: string;
  readonly body: { readonly version: number };
}

/** How many requests each replica answered, as `X-Served-By` says; of a purchase the order replica. */
async function servedBy(
  running: Running,
  kind: RegExp,
  request: (id: number) => { method: string; path: string; body?: object },
): Promise<Figures> {
  const figures: Figures = {};
  let next = 0;
  const client = async () => {
    while (next < DISTRIBUTED) {
      const { method, path, body } = request(FIRST_BOOK + (next++ % BOOKS));
      const told = await ask(running, method, path, body);
      const names = told.servedBy.split(', ');
      for (const name of names.filter((each) => kind.test(each))) figures[name] = (figures[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return figures;
}

const distribution: Scenario = {
  name: 'distribution',
  title: `which replica served each of ${DISTRIBUTED} requests, 8 at a time`,
  isOnce: true,
  isList: true,
  extraSeconds: () => 5,
  columns: ['catalog-1', 'catalog-2', 'catalog-3', 'order-1', 'order-2'],
  cases: () => [
    caseOf(
      uncached,
      (running) => servedBy(running, /^catalog/, (id) => ({ method: 'GET', path: `/info/${id}` })),
      'reads past the cache',
    ),
    caseOf(
      store,
      (running) =>
        servedBy(running, /^catalog/, (id) => ({ method: 'GET', path: `/info/${id}?consistency=strong` })),
      'strong reads',
    ),
    caseOf(
      store,
      (running) =>
        servedBy(running, /^order/, (id) => ({
          method: 'POST',
          path: '/purchase',
          body: { id, quantity: 1 },
        })),
      'purchases',
    ),
  ],
};

/** A read of a book that was read before, an update of it, and a read at once after that; one client. */
async function afterUpdate(running: Running): Promise<Figures> {
  const usual: number[] = [];
  const update: number[] = [];
  const after: number[] = [];
  let stale = 0;
  const timed = async <T>(times: number[], work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const value = await work();
    times.push(performance.now() - began);
    return value;
  };
  for (let id = FIRST_BOOK; id < FIRST_BOOK + UPDATES; id += 1) {
    const read = () => ask(running, 'GET', `/info/${id}`);
    await read();
    await timed(usual, read);
    const { body: order } = await timed(update, () => ask(running, 'POST', '/purchase', { id, quantity: 1 }));
    const { body: book } = await timed(after, read);
    if (book.version < order.version) stale += 1;
  }
  return { usualMs: median(usual), afterMs: median(after), updateMs: median(update), stale };
}

function median(values: readonly number[]): number {
  return spreadOf(values)!.median;
}

const update: Scenario = {
  name: 'after-update',
  title: 'the request right after an update of the same book, one client',
  extraSeconds: ({ repeat }) => 3 * repeat,
  columns: ['afterMs', 'usualMs', 'updateMs', 'stale'],
  cases: () => [
    caseOf(store, afterUpdate),
    caseOf(uncached, afterUpdate),
    caseOf(fastifyPostgres, afterUpdate),
  ],
};

export const replicas = [distribution, update];
