import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { HTTP_50, load, WS_50_16 } from '../../../bench/scenarios/load-case.ts';
import { spreadOf } from '../../../bench/statistics.ts';
import { bazar } from '../../../bench/subjects/bazar.ts';
import { draw } from '../../../bench/subjects/books.ts';
import type { Random } from '../../../runtime/random.ts';
import type { Point, PointOptions } from './point.ts';

/**
 * What watching costs the store: rates with so many pages open, in turns with none. A page is here the socket of one,
 * which asks what the page asks and reads what it is told, in a process beside: drawing costs the reader's machine.
 */

const PAGES = [0, 1, 10] as const;
const BOUNDS = { 1: 0.97, 10: 0.95 } as const;

const LOADS = [
  { name: 'purchases', door: HTTP_50, jobs: (random: Random) => draw('buy', random) },
  { name: 'cached reads', door: WS_50_16, jobs: (random: Random) => draw('read', random) },
] as const;

interface Rate {
  readonly perSecond: number;
  readonly cpuUs: number;
}

export async function ratesWhileWatched({ rounds, seconds }: PointOptions): Promise<Point[]> {
  const store = await bazar().start();
  const rates = new Map<string, Rate[]>();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const pages of turned(PAGES, round)) {
        const open = await openPages(store.url, pages);
        for (const { name, door, jobs } of LOADS) {
          const { perSecond, cpuUs } = await load(store, door, jobs, seconds);
          const key = `${name} ${pages}`;
          rates.set(key, [...(rates.get(key) ?? []), { perSecond: perSecond!, cpuUs: cpuUs ?? 0 }]);
        }
        await closePages(open);
      }
    }
  } finally {
    await store.stop();
  }
  return LOADS.flatMap(({ name }) => PAGES.map((pages) => pointOf(name, pages, rates)));
}

/** Begins with another one each round: what comes first finds another machine than what comes last. */
function turned<T>(all: readonly T[], round: number): T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function pointOf(name: string, pages: (typeof PAGES)[number], rates: ReadonlyMap<string, Rate[]>): Point {
  const [alone, watched] = [rates.get(`${name} 0`)!, rates.get(`${name} ${pages}`)!];
  const median = (all: readonly number[]) => spreadOf(all)!.median;
  const [rate, cpu] = [median(watched.map((one) => one.perSecond)), median(watched.map((one) => one.cpuUs))];
  const told = `${rate.toFixed(0)} a second, ${cpu.toFixed(0)} µs of all processes each`;
  if (pages === 0) return { name: `${name}, nobody watches`, measured: told, bound: '–' };
  const pairs = watched.map((one, round) => one.perSecond / alone[round]!.perSecond);
  const ratio = median(pairs);
  const cost = median(watched.map((one, round) => one.cpuUs / alone[round]!.cpuUs));
  return {
    name: `${name}, ${pages === 1 ? '1 page' : `${pages} pages`} open`,
    measured: `${percent(ratio)} of the rate, ${percent(cost)} of the processor time (${told})`,
    bound: `≥ ${percent(BOUNDS[pages])}`,
    ok: ratio >= BOUNDS[pages],
  };
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

/** Sockets as those of so many pages; they end with the connection to their process. */
async function openPages(url: string, pages: number): Promise<ChildProcess | undefined> {
  if (pages === 0) return undefined;
  const script = new URL('page-sockets.ts', import.meta.url);
  const child = fork(script, [url, String(pages)], { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the pages could not be opened: their process ended with ${code}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  return child;
}

async function closePages(child: ChildProcess | undefined): Promise<void> {
  if (!child) return;
  child.disconnect();
  await once(child, 'exit');
}
