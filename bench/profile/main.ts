import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import { Argument, Option } from 'commander';
import { waitingClock } from '../../runtime/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import { type LauncherCluster, startLauncherCluster } from '../../test/support/cluster.ts';
import { readOptions, tool, whole } from '../../test/support/tool.ts';
import { openHttpConnection, openWebSocketConnection } from '../load/connections.ts';
import { drive } from '../load/loop.ts';
import { addBooks } from '../subjects/bazar.ts';
import { FIRST_BOOK } from '../subjects/books.ts';
import { GROUPS, spentBy } from './groups.ts';
import { type CpuProfile, type Inspected, inspect } from './inspector.ts';
import { withSources } from './sources.ts';

interface Options extends Record<string, unknown> {
  readonly protocol: 'ws' | 'http';
  readonly connections: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly books: number;
  readonly top: number;
  readonly keep?: string;
}

const COMMAND = tool(
  'npm run profile --',
  'Loads a private store and tells what each process spent a request on: microseconds by group of functions, system calls, frames and syncs.',
)
  .addArgument(new Argument('<what>', 'what is asked').choices(['purchase', 'hold', 'read', 'strong']))
  .addOption(new Option('--protocol <P>', 'how').choices(['ws', 'http']).default('ws'))
  .option('--connections <N>', 'how many', whole(1, 1_000), 50)
  .option('--in-flight <M>', 'requests under way on each WebSocket', whole(1, 1_000), 16)
  .option('--seconds <S>', 'of each of the measurements', whole(1, 600), 8)
  .option('--books <N>', 'that are bought or read equally often', whole(1, 100_000), 1_000)
  .option('--top <N>', 'single functions shown for each process', whole(0, 100), 0)
  .option('--keep <DIR>', 'writes each profile there, for the tools of a browser (*.cpuprofile)');

const WARM_UP_SECONDS = 2;
const PATIENCE_MS = 10_000;
/** Function and file whose calls are frames sent and synced batches. None of them waits: the engine counts a function anew when it goes on. */
const COUNTED = {
  'frames out': /^sendFrame /,
  syncs: /^_write .*classic-level\/chained-batch/,
} as const;

const given = readOptions<Options>(COMMAND);
const what = COMMAND.args[0] as 'purchase' | 'hold' | 'read' | 'strong';
await run();

async function run(): Promise<void> {
  const cluster = await startLauncherCluster({
    redis: 'private',
    env: { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --inspect=127.0.0.1:0` },
  });
  try {
    await addBooks(cluster, given.books);
    const processes = await inspectAll(cluster);
    await load(cluster, WARM_UP_SECONDS);
    await profile(cluster, processes);
    await count(cluster, processes);
    for (const { inspected } of processes) inspected.close();
  } finally {
    await cluster.stop();
  }
}

interface Watched {
  readonly id: string;
  readonly inspected: Inspected;
}

async function inspectAll({ launcher, status }: LauncherCluster): Promise<Watched[]> {
  const addresses = [...launcher.said.stderr.matchAll(/Debugger listening on (ws:\S+)/g)].map(
    ([, url]) => url!,
  );
  const all = await Promise.all(addresses.map(inspect));
  const { nodes, leader } = await status();
  // The launcher, whose own garbage is collected through its inspector, does not end while somebody is joined to it.
  for (const one of all) if (!nodes.some(({ pid }) => pid === one.pid)) one.close();
  return nodes.flatMap(({ id, pid }) => {
    const inspected = all.find((each) => each.pid === pid);
    return inspected ? [{ id: id === leader ? `${id} (leads)` : id, inspected }] : [];
  });
}

/** The processor's time without a profiler, spread over the groups as a profiled run of its own found them. */
async function profile(cluster: LauncherCluster, processes: readonly Watched[]): Promise<void> {
  const pids = processes.map(({ inspected }) => inspected.pid);
  const before = await Promise.all(pids.map(usage));
  const { requests, seconds } = await load(cluster, given.seconds);
  const after = await Promise.all(pids.map(usage));
  const cpu = pids.map((_, place) => (after[place]!.cpuUs - before[place]!.cpuUs) / requests);
  const calls = pids.map((_, place) => (after[place]!.calls - before[place]!.calls) / requests);

  await Promise.all(processes.map(({ inspected }) => inspected.startCpuProfile()));
  await load(cluster, given.seconds);
  const profiles = await Promise.all(processes.map(({ inspected }) => inspected.stopCpuProfile()));
  if (given.keep !== undefined) await keep(given.keep, processes, profiles);
  const spent = profiles.map((profile) => spentBy(withSources(profile)));

  console.log(
    `\n${requests} ${what}s in ${seconds.toFixed(1)} s, ${(requests / seconds).toFixed(0)} a second`,
  );
  const all = cpu.reduce((sum, us) => sum + us, 0);
  console.log(`${all.toFixed(0)} µs of the processor a ${what} in all processes`);
  const part = (place: number, us: number) => ((cpu[place]! * us) / spent[place]!.totalUs).toFixed(1);
  const table = createTable('µs a request', processes);
  for (const group of GROUPS)
    table.push([group, ...spent.map(({ groups }, place) => part(place, groups.get(group) ?? 0))]);
  table.push(['all', ...cpu.map((us) => us.toFixed(1))]);
  table.push(['reads and writes (calls)', ...calls.map((number) => number.toFixed(2))]);
  console.log(table.toString());
  for (const [place, { functions }] of spent.entries()) {
    if (given.top === 0) break;
    console.log(`\n${processes[place]!.id}`);
    const most = [...functions].sort(([, one], [, other]) => other - one).slice(0, given.top);
    for (const [name, us] of most) console.log(`  ${part(place, us).padStart(7)}  ${name}`);
  }
}

function createTable(title: string, processes: readonly Watched[]): InstanceType<typeof Table> {
  return new Table({
    head: [title, ...processes.map(({ id }) => id)],
    style: { head: [], border: [], compact: true },
  });
}

async function keep(
  directory: string,
  processes: readonly Watched[],
  profiles: readonly CpuProfile[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [place, profile] of profiles.entries()) {
    const name = processes[place]!.id.replace(' (leads)', '-leads');
    await writeFile(join(directory, `${name}.cpuprofile`), JSON.stringify(profile));
  }
}

/** In a run of its own, since counting makes functions slow. */
async function count(cluster: LauncherCluster, processes: readonly Watched[]): Promise<void> {
  await Promise.all(processes.map(({ inspected }) => inspected.startCounting()));
  const { requests } = await load(cluster, Math.min(given.seconds, 4));
  const counts = await Promise.all(processes.map(({ inspected }) => inspected.stopCounting()));
  const table = createTable('a request', processes);
  for (const [name, rule] of Object.entries(COUNTED)) {
    const sums = counts.map((calls) =>
      calls
        .filter(({ url, functionName }) => rule.test(`${functionName} ${url}`))
        .reduce((sum, { count }) => sum + count, 0),
    );
    table.push([name, ...sums.map((sum) => (sum / requests).toFixed(3))]);
  }
  console.log(table.toString());
}

async function load(
  { url }: LauncherCluster,
  seconds: number,
): Promise<{ requests: number; seconds: number }> {
  const random = seededRandom(1);
  const kind = what === 'purchase' ? 'buy' : what;
  const socketUrl = `${url.replace('http', 'ws')}/ws`;
  let requests = 0;
  const failures = new Map<string, number>();
  const driven = await drive({
    open: (answered) =>
      given.protocol === 'http'
        ? openHttpConnection(url, answered)
        : openWebSocketConnection(socketUrl, given.inFlight, answered),
    connections: given.connections,
    clock: waitingClock,
    warmUpSeconds: 0,
    seconds,
    patienceMs: PATIENCE_MS,
    next: () => ({ kind, id: FIRST_BOOK + Math.floor(random.next() * given.books) }),
    done({ outcome }) {
      requests++;
      if (outcome !== 'ok') failures.set(outcome, (failures.get(outcome) ?? 0) + 1);
    },
  });
  if (failures.size > 0) console.error('not ok:', Object.fromEntries(failures));
  await pause(200);
  return { requests, seconds: driven.seconds };
}

/** Processor time of all threads, and system calls that read or write (proc(5), `stat` and `io`). */
async function usage(pid: number): Promise<{ cpuUs: number; calls: number }> {
  const [stat, io] = await Promise.all(
    ['stat', 'io'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')),
  );
  const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const calls = [...io!.matchAll(/^sysc[rw]: (\d+)/gm)].reduce((sum, [, number]) => sum + Number(number), 0);
  return { cpuUs: ticks * 10_000, calls };
}
