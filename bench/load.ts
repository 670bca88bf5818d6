import Table from 'cli-table3';
import { Option } from 'commander';
import { build, type Histogram } from 'hdr-histogram-js';
import { SAMPLE_BOOKS } from '../client/sample-books.ts';
import { waitingClock } from '../runtime/clock.ts';
import { seededRandom } from '../runtime/random.ts';
import { startLauncherCluster } from '../test/support/cluster.ts';
import { decimal, readOptions, refuse, tool, whole } from '../test/support/tool.ts';
import { drive, type Sample } from './closed-loop.ts';
import { type Job, openHttpConnection, openWebSocketConnection } from './connections.ts';
import { byPopularity, uniform } from './popularity.ts';

/** Milliseconds to wait for what is under way at the end. */
const PATIENCE_MS = 10_000;
/** Copies of each book that a private store gets. */
const ENOUGH = 100_000_000;
/** Purchases in `mix`. */
const SHARE_OF_PURCHASES = 0.1;

interface Options extends Record<string, unknown> {
  readonly url?: string;
  readonly protocol: 'ws' | 'http';
  readonly mode: 'buy' | 'read' | 'mix';
  readonly connections: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly books?: string;
  readonly seed: number;
  readonly json?: boolean;
  readonly allowRemote?: boolean;
}

const COMMAND = tool(
  'npm run load --',
  'A load generator: N connections with M requests under way on each, for some seconds, against a private store or a running one. ' +
    'Latencies are measured from sending to answer, in a closed loop: a slow store is asked less.',
)
  .option(
    '--url <URL>',
    'a store that runs: only on this machine, unless --allow-remote. It is really bought from; without an address a private one is started, and ended',
  )
  .addOption(new Option('--protocol <P>', 'how it is asked').choices(['ws', 'http']).default('ws'))
  .addOption(
    new Option('--mode <M>', 'mix is one purchase to nine reads')
      .choices(['buy', 'read', 'mix'])
      .default('mix'),
  )
  .option('--connections <N>', 'how many', whole(1, 10_000), 50)
  .option('--in-flight <M>', 'requests under way on each WebSocket; always 1 with http', whole(1, 1_000), 16)
  .option('--seconds <S>', 'measured', decimal(0.1, 3_600), 10)
  .option('--warm-up <S>', 'before that', decimal(0, 600), 1)
  .option(
    '--books <FILE.csv>',
    'draw books by its columns id and popularity (default: the ids 1 to 7 equally often)',
  )
  .option('--seed <N>', 'of the draws', whole(0, 2 ** 32), 1)
  .option('--json', 'one JSON object instead of tables')
  .option('--allow-remote', 'a store on another machine');

const options = readOptions<Options>(COMMAND);
if (options.url === undefined) await loadPrivateStore(options);
else await run(options, options.url);

/** A store in a temporary folder, with stock enough for any load. */
async function loadPrivateStore(given: Options): Promise<void> {
  process.stderr.write('starting a private store (--url loads a running one)\n');
  const args = given.books === undefined ? [] : ['--books', given.books];
  const store = await startLauncherCluster({ redis: 'private', args });
  try {
    for (let id = 1; given.books === undefined && id <= SAMPLE_BOOKS.length; id++) {
      await store.request('PATCH', `/books/${id}`, { admin: true, body: { restock: ENOUGH } });
    }
    await run(given, store.url);
  } finally {
    await store.stop();
  }
}

async function run(given: Options, address: string): Promise<void> {
  const { protocol, mode, connections } = given;
  const url = URL.canParse(address) ? new URL(address) : refuse(`${address} is no address`);
  if (!isLoopback(url.hostname) && !given.allowRemote) refuse(`${url.hostname} is not this machine`);
  const inFlight = protocol === 'http' ? 1 : given.inFlight;

  const random = seededRandom(given.seed);
  const draw = given.books ? byPopularity(given.books, random) : uniform(SAMPLE_BOOKS.length, random);
  const share = { buy: 1, read: 0, mix: SHARE_OF_PURCHASES }[mode];
  const next = (): Job => ({ kind: random.next() < share ? 'buy' : 'read', id: draw() });

  const tally = { buy: createTally(), read: createTally() };
  const socketUrl = `${url.origin.replace('http', 'ws')}/ws`;
  const driven = await drive({
    open: (answered) =>
      protocol === 'http'
        ? openHttpConnection(url.origin, answered)
        : openWebSocketConnection(socketUrl, inFlight, answered),
    connections,
    clock: waitingClock,
    warmUpSeconds: given.warmUp,
    seconds: given.seconds,
    patienceMs: PATIENCE_MS,
    next,
    done: (sample) => count(tally[sample.job.kind], sample),
  }).catch((error: Error) => refuse(`${address}: ${error.message}`));

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
