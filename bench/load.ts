import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { build, type Histogram } from 'hdr-histogram-js';
import { waitingClock } from '../runtime/clock.ts';
import { seededRandom } from '../runtime/random.ts';
import { drive, type Sample } from './closed-loop.ts';
import { type Job, openHttpLane, openWebSocketLane } from './connections.ts';
import { byPopularity, uniform } from './popularity.ts';

/**
 * A load generator: N connections with M requests under way on each, for some seconds, against a running store.
 * Latencies are measured from sending to answer, in a closed loop: a slow store is asked less.
 */
const USAGE = `node --import tsx bench/load.ts [OPTIONS]
  --url URL          the store (default http://127.0.0.1:8080); only this machine, unless --allow-remote
  --protocol P       ws or http (default ws)
  --mode M           buy, read, or mix: one purchase to nine reads (default mix)
  --connections N    (default 50)
  --in-flight M      requests under way on each WebSocket (default 16); always 1 with http
  --seconds S        measured (default 10), after --warm-up S (default 1)
  --books FILE.csv   draw books by its columns id and popularity (default: the ids 1 to 7 equally often)
  --seed N           of the draws (default 1)
  --json             one JSON object instead of tables
`;

/** Milliseconds to wait for what is under way at the end. */
const PATIENCE_MS = 10_000;
/** Purchases in `mix`. */
const SHARE_OF_PURCHASES = 0.1;

const { values: given } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    protocol: { type: 'string', default: 'ws' },
    mode: { type: 'string', default: 'mix' },
    connections: { type: 'string', default: '50' },
    'in-flight': { type: 'string', default: '16' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '1' },
    books: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    'allow-remote': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (given.help) process.stdout.write(USAGE);
else await run();

async function run(): Promise<void> {
  const url = new URL(given.url);
  if (!isLoopback(url.hostname) && !given['allow-remote']) refuse(`${url.hostname} is not this machine`);
  const protocol = oneOf('protocol', given.protocol, ['ws', 'http']);
  const mode = oneOf('mode', given.mode, ['buy', 'read', 'mix']);
  const connections = within('connections', given.connections, 1, 10_000);
  const inFlight = protocol === 'http' ? 1 : within('in-flight', given['in-flight'], 1, 1_000);

  const random = seededRandom(within('seed', given.seed, 0, 2 ** 32));
  const draw = given.books ? byPopularity(given.books, random) : uniform(7, random);
  const share = { buy: 1, read: 0, mix: SHARE_OF_PURCHASES }[mode];
  const next = (): Job => ({ kind: random.next() < share ? 'buy' : 'read', id: draw() });

  const tally = { buy: createTally(), read: createTally() };
  const socketUrl = `${url.origin.replace('http', 'ws')}/ws`;
  const driven = await drive({
    open: (answered) =>
      protocol === 'http'
        ? openHttpLane(url.origin, answered)
        : openWebSocketLane(socketUrl, inFlight, answered),
    lanes: connections,
    clock: waitingClock,
    warmUpSeconds: within('warm-up', given['warm-up'], 0, 600),
    seconds: within('seconds', given.seconds, 0.1, 3_600),
    patienceMs: PATIENCE_MS,
    next,
    done: (sample) => count(tally[sample.job.kind], sample),
  }).catch((error: Error) => refuse(`${given.url}: ${error.message}`));

  const report = {
    url: url.origin,
    protocol,
    mode,
    connections,
    inFlight,
    seconds: Number(driven.seconds.toFixed(3)),
    unanswered: driven.unanswered,
    purchases: summarise(tally.buy, driven.seconds),
    reads: summarise(tally.read, driven.seconds),
  };
  process.stdout.write(given.json ? `${JSON.stringify(report)}\n` : tables(report));
}

interface Tally {
  /** Microseconds. */
  readonly latencies: Histogram;
  readonly outcomes: Map<string, number>;
}

function createTally(): Tally {
  const latencies = build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000 });
  return { latencies, outcomes: new Map() };
}

function count({ latencies, outcomes }: Tally, { outcome, startedMs, endedMs }: Sample): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  latencies.recordValue(Math.max(1, Math.round((endedMs - startedMs) * 1000)));
}

/** Milliseconds, and answers of every kind per second. */
function summarise({ latencies, outcomes }: Tally, seconds: number) {
  const at = (percentile: number) => Number((latencies.getValueAtPercentile(percentile) / 1000).toFixed(2));
  return {
    answered: latencies.totalCount,
    perSecond: Math.round(latencies.totalCount / seconds),
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: at(100),
    outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

interface Report {
  readonly protocol: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly unanswered: number;
  readonly purchases: ReturnType<typeof summarise>;
  readonly reads: ReturnType<typeof summarise>;
}

function tables(report: Report): string {
  const head = ['', 'answered', 'per second', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'outcomes'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const name of ['purchases', 'reads'] as const) {
    const { answered, perSecond, p50, p90, p99, p999, max, outcomes } = report[name];
    if (answered === 0) continue;
    const texts = Object.entries(outcomes).map(([outcome, times]) => `${outcome} ${times}`);
    table.push([name, answered, perSecond, p50, p90, p99, p999, max, texts.join('\n')]);
  }
  const { protocol, connections, inFlight, seconds, unanswered } = report;
  return `${protocol}, ${connections} connections × ${inFlight} in flight, ${seconds} s measured, ${unanswered} unanswered\n${table}\n`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? refuse(`--${name} must be ${choices.join(' or ')}`);
}

function within(name: string, text: string, least: number, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : refuse(`--${name} must be from ${least} to ${most}`);
}

function refuse(problem: string): never {
  process.stderr.write(`load: ${problem}\n`);
  process.exit(2);
}
