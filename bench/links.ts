import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stayAlive, systemClock } from '../runtime/clock.ts';
import { openSocketFolder } from '../runtime/launcher/socket-folder.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';
import { type ListenPlace, LOOPBACK, webSocketTransport } from '../runtime/links/web-socket-transport.ts';

/** What a frame costs between two processes, over a Unix socket and over TCP, in turns; there and back. */
const USAGE = `node --import tsx bench/links.ts [OPTIONS]
  --rounds N     of each kind (default 7)
  --seconds S    of each round (default 2)
  --bytes N      in a frame (default 500)
  --in-flight N  frames under way (default 16)
`;

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    bytes: { type: 'string', default: '500' },
    'in-flight': { type: 'string', default: '16' },
    help: { type: 'boolean', default: false },
  },
});

/** The CPU time of both processes counts. */
interface Round {
  readonly framesPerSecond: number;
  readonly microsPerFrame: number;
}

if (process.send) await echo(JSON.parse(process.env.PLACE!));
else if (given.help) process.stdout.write(USAGE);
else await run();

/** The other process: sends back what comes, and says at the end what CPU time that took. */
async function echo(place: ListenPlace): Promise<void> {
  const listener = await webSocketTransport(DEFAULT_LIMITS, place).listen((connection) => ({
    opened() {},
    frame: (text) => connection.send(text),
    closed: () => process.send!({ cpu: process.cpuUsage(before) }, () => process.exit()),
  }));
  const before = process.cpuUsage();
  process.send!({ url: listener.url });
}

async function run(): Promise<void> {
  const release = stayAlive();
  const sockets = await openSocketFolder();
  const rounds: Record<'unix' | 'tcp', Round[]> = { unix: [], tcp: [] };
  for (let round = 0; round < Number(given.rounds); round++) {
    rounds.unix.push(await measure({ path: sockets.pathFor('echo') }));
    rounds.tcp.push(await measure(LOOPBACK));
  }
  await sockets.remove();
  for (const [kind, measured] of Object.entries(rounds)) {
    const rate = median(measured.map(({ framesPerSecond }) => framesPerSecond));
    const cost = median(measured.map(({ microsPerFrame }) => microsPerFrame));
    console.log(`${kind}: ${rate.toFixed(0)} frames/s, ${cost.toFixed(1)} µs of CPU a frame`);
  }
  const ratios = rounds.unix.map(({ microsPerFrame }, at) => microsPerFrame / rounds.tcp[at]!.microsPerFrame);
  console.log(`CPU of unix to tcp, round by round: ${median(ratios).toFixed(2)} in the median`);
  release();
}

async function measure(place: ListenPlace): Promise<Round> {
  const other = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, PLACE: JSON.stringify(place) },
  });
  const [{ url }] = await once(other, 'message');
  const text = 'x'.repeat(Number(given.bytes));
  let frames = 0;
  let opened = () => {};
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const connection = webSocketTransport(DEFAULT_LIMITS).dial(url, {
    opened,
    frame() {
      frames += 2;
      connection.send(text);
    },
    closed() {},
  });
  await open;
  const before = process.cpuUsage();
  const since = systemClock.monotonic();
  for (let sent = 0; sent < Number(given['in-flight']); sent++) connection.send(text);
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, Number(given.seconds) * 1_000));
  const seconds = (systemClock.monotonic() - since) / 1_000;
  const own = process.cpuUsage(before);
  const counted = frames;
  const told = once(other, 'message');
  connection.close();
  const [{ cpu }] = await told;
  const micros = own.user + own.system + cpu.user + cpu.system;
  return { framesPerSecond: counted / seconds, microsPerFrame: micros / counted };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
