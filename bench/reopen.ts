import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkResting } from '../actors/catalog/read-records.ts';
import { CatalogState } from '../actors/catalog/state.ts';
import { MAX_STOCK, type Purchase } from '../runtime/domain.ts';
import { openLevelStore } from '../storage/leveldb/level-store.ts';
import { readOptions, tool, whole } from '../test/support/tool.ts';

/**
 * What a catalog's start costs with many orders on its disk: checking the files, reading the records and checking them,
 * in milliseconds and in seconds of processor time, which tell more beside other work.
 */
const COMMAND = tool(
  'node --import tsx bench/reopen.ts',
  'Fills a store of its own with orders, unless it has them, and opens it again.',
)
  .option('--books <N>', 'how many', whole(1, 1e9), 1_000)
  .option('--orders <N>', 'how many', whole(0, 1e9), 100_000)
  .option('--rounds <N>', 'how often it is opened again', whole(1, 100), 3)
  .option('--data <FOLDER>', 'keep the store there');

interface Options extends Record<string, unknown> {
  readonly books: number;
  readonly orders: number;
  readonly rounds: number;
  readonly data?: string;
}

const BOOKS_PER_ENTRY = 1_000;
const PURCHASES_PER_BATCH = 500;

const { books, orders, rounds, data } = readOptions<Options>(COMMAND);
const directory = data ?? (await mkdtemp(join(tmpdir(), 'bazar-bench-')));
if (data === undefined || !existsSync(directory)) await fill();
for (let round = 0; round < rounds; round++) await reopen();
if (data === undefined) await rm(directory, { recursive: true });

async function reopen(): Promise<void> {
  const watch = stopwatch();
  const store = await openLevelStore(directory);
  const opened = watch();
  const { state, resting } = await CatalogState.open(store);
  const held = watch();
  if (resting) for await (const _ of checkResting(resting));
  const checked = watch();
  const memory = await residentMemory();
  console.log(
    `files checked ${opened}; what is held in memory read ${held}; the rest checked ${checked}; ${state.size} books, entry ${state.applied.index}, digest ${state.digest}; ${memory}`,
  );
  await store.close();
}

/** Since the last call: milliseconds passed, and the processor's seconds. */
function stopwatch(): () => string {
  let at = performance.now();
  let before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const text = `${Math.round(performance.now() - at)} ms (processor ${(user / 1e6).toFixed(2)} + ${(system / 1e6).toFixed(2)} s)`;
    at = performance.now();
    before = process.cpuUsage();
    return text;
  };
}

async function fill(): Promise<void> {
  const store = await openLevelStore(directory);
  const state = await CatalogState.load(store);
  const at = Date.now();
  const apply = (command: Parameters<CatalogState['apply']>[1]['command']) =>
    state.apply({ index: state.applied.index + 1, term: 1, sum: 0 }, { term: 1, at, command });
  const flush = async () => {
    await store.write(state.takeOperations());
    state.persisted();
  };
  while (state.size < books) {
    const count = Math.min(BOOKS_PER_ENTRY, books - state.size);
    const key = `books-${state.size}`;
    apply({
      kind: 'addBooks',
      key,
      requestId: key,
      books: Array.from({ length: count }, (_, place) => newBook(place)),
    });
    await flush();
  }
  const entries = Math.ceil(books / BOOKS_PER_ENTRY);
  while (state.applied.index < entries + orders) {
    const count = Math.min(PURCHASES_PER_BATCH, entries + orders - state.applied.index);
    for (let place = 0; place < count; place++) apply(randomPurchase());
    await flush();
  }
  apply({ kind: 'boot', boot: 'bench' });
  await flush();
  await store.close();
}

function newBook(place: number) {
  const title = `How to get a good grade in DOS in ${place} minutes a day`;
  return { title, topic: `topic ${place % 100}`, price: 1000, stock: MAX_STOCK };
}

function randomPurchase(): Purchase {
  const key = Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  const id = 1 + Math.floor(Math.random() * books);
  return { kind: 'purchase', key, requestId: `of-${key}`, lines: [{ id, quantity: 1 }] };
}

/** What of this process is resident: its own memory, and the pages of files that LevelDB maps, which the system may take back. */
async function residentMemory(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  const megabytes = (name: string) => Math.round(kilobytes(name) / 1024);
  return `${megabytes('RssAnon')} MB of its own and ${megabytes('RssFile')} MB of files resident`;
}
