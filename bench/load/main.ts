import Table from 'cli-table3';
import { Option } from 'commander';
import { SAMPLE_BOOKS } from '../../client/sample-books.ts';
import { waitingClock } from '../../runtime/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import { startLauncherCluster } from '../../test/support/cluster.ts';
import { decimal, readOptions, refuse, tool, whole } from '../../test/support/tool.ts';
import { type Answered, openHttpConnection, openWebSocketConnection } from './connections.ts';
import type { Job } from './job.ts';
import { drive, driveOpenly, type Sample } from './loop.ts';
import { byPopularity, uniform } from './popularity.ts';
import { count, createTally, summarise } from './tally.ts';

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
  readonly rate?: number;
  readonly json?: boolean;
  readonly allowRemote?: boolean;
}

const COMMAND = tool(
  'npm run load --',
  'A load generator: N connections with M requests under way on each, for some seconds, against a private store or a running one. ' +
    'Latencies are measured from sending to answer, in a closed loop: a slow store is asked less. With --rate it is an ' +
    'open loop: they are measured from when a request was due.',
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
  .option('--rate <N>', 'requests a second that begin whatever became of the others', decimal(0.1, 1_000_000))
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
  if (protocol === 'http' && url.protocol === 'https:')
    refuse('--protocol http is plain HTTP; ws speaks TLS');
  const inFlight = protocol === 'http' ? 1 : given.inFlight;

  const random = seededRandom(given.seed);
  const draw = given.books ? byPopularity(given.books, random) : uniform(SAMPLE_BOOKS.length, random);
  const share = { buy: 1, read: 0, mix: SHARE_OF_PURCHASES }[mode];
  const next = (): Job => ({ kind: random.next() < share ? 'buy' : 'read', id: draw() });

  const tally = { buy: createTally(), read: createTally() };
  const socketUrl = `${url.origin.replace('http', 'ws')}/ws`;
  const loop = {
    open: (answered: Answered) =>
      protocol === 'http'
        ? openHttpConnection(url.origin, answered)
        : openWebSocketConnection(socketUrl, inFlight, answered),
    connections,
    clock: waitingClock,
    warmUpSeconds: given.warmUp,
    seconds: given.seconds,
    patienceMs: PATIENCE_MS,
    next,
    done: (sample: Sample) => count(sample.job.kind === 'buy' ? tally.buy : tally.read, sample),
  };
  const driving = given.rate === undefined ? drive(loop) : driveOpenly({ ...loop, perSecond: given.rate });
  const driven = await driving.catch((error: Error) => refuse(`${address}: ${error.message}`));

  const report = {
    url: url.origin,
    protocol,
    mode,
    connections,
    inFlight,
    rate: given.rate,
    seconds: Number(driven.seconds.toFixed(3)),
    unanswered: driven.unanswered,
    purchases: summarise(tally.buy, driven.seconds),
    reads: summarise(tally.read, driven.seconds),
  };
  process.stdout.write(given.json ? `${JSON.stringify(report)}\n` : tables(report));
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
