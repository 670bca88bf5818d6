import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { sleep, waitingClock } from '../runtime/clock.ts';
import { type LauncherCluster, startLauncherCluster } from '../test/support/cluster.ts';

/**
 * Fills a private store with a topic of many books and with large orders, and measures purchases alone, beside
 * clients that ask for nothing but the largest reads, and beside pipelined pages that nobody reads.
 */
const USAGE = `node --import tsx bench/heavy-reads.ts [OPTIONS]
  --clients N    clients with heavy reads (default 50)
  --buyers N     clients that buy (default 20)
  --seconds S    of each measurement (default 6)
  --rounds N     of measurements (default 2)
  --books N      books of one topic (default 100000)
  --orders N     orders of 100 lines with long titles (default 600)
`;
const MIB = 1024 * 1024;
const LOOK_MS = 100;
const LINES = 100;
const FIRST_LONG_TITLE = 200_001;
const HEAVY = [
  '/orders?limit=1000',
  '/info?limit=1000',
  '/audit?limit=1000',
  '/search/mass?consistency=strong',
  '/search/mass',
];
/** Pages that each of the unread connections asks for at once, and those connections. */
const PIPELINED = 20;
const UNREAD_CONNECTIONS = 30;

const { values: given } = parseArgs({
  options: {
    clients: { type: 'string', default: '50' },
    buyers: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '2' },
    books: { type: 'string', default: '100000' },
    orders: { type: 'string', default: '600' },
    help: { type: 'boolean', default: false },
  },
});

if (given.help) process.stdout.write(USAGE);
else await run();

async function run(): Promise<void> {
  const cluster = await startLauncherCluster();
  try {
    await fill(cluster, Number(given.books), Number(given.orders));
    const seconds = Number(given.seconds);
    await measure(cluster, 'warm-up', 2, () => () => {});
    const rates = { alone: 0, heavy: 0, unread: 0 };
    // In turns, since other work on the machine comes and goes.
    for (let round = 0; round < Number(given.rounds); round++) {
      rates.alone += await measure(cluster, 'purchases alone', seconds, () => () => {});
      rates.heavy += await measure(cluster, `beside ${given.clients} clients with heavy reads`, seconds, () =>
        askHeavily(cluster, Number(given.clients)),
      );
      rates.unread += await measure(
        cluster,
        `beside ${UNREAD_CONNECTIONS} connections with unread pages`,
        seconds,
        () => askUnread(cluster),
      );
    }
    for (const [name, rate] of [
      ['heavy reads', rates.heavy],
      ['unread pages', rates.unread],
    ] as const) {
      console.log(`beside ${name} ${((100 * rate) / rates.alone).toFixed(0)} % of the purchases`);
    }
  } finally {
    await cluster.stop();
  }
}

async function fill(cluster: LauncherCluster, books: number, orders: number): Promise<void> {
  const add = async (body: object[]) => {
    // Asked again on a busy machine: books that are there already are skipped.
    while ((await cluster.request('POST', '/books', { admin: true, body })).status !== 201);
  };
  const book = (id: number, title: string, topic: string) => ({
    id,
    title,
    topic,
    price: '1.00',
    stock: 1_000_000,
  });
  const long = Array.from({ length: LINES }, (_, n) =>
    book(FIRST_LONG_TITLE + n, `${n} ${'long title '.repeat(13)}`, 'long'),
  );
  await add(long);
  for (let from = 0; from < books; from += 1_000) {
    await add(
      Array.from({ length: Math.min(1_000, books - from) }, (_, n) =>
        book(1_000 + from + n, `Volume ${from + n} of the mass`, 'mass'),
      ),
    );
  }
  const lines = long.map(({ id }) => ({ id, quantity: 1 }));
  for (let done = 0; done < orders; done += 20) {
    await Promise.all(
      Array.from({ length: 20 }, () => cluster.request('POST', '/purchase', { body: { lines } })),
    );
  }
}

/** Purchases a second while `disturb` is at work, with what happened to memory and to the leader. */
async function measure(
  cluster: LauncherCluster,
  name: string,
  seconds: number,
  disturb: () => () => void,
): Promise<number> {
  const { nodes } = await cluster.status();
  const before = termsOf(nodes);
  const most = new Map<string, number>();
  let measuring = true;
  const looking = (async () => {
    while (measuring) {
      for (const { id, pid } of nodes) most.set(id, Math.max(most.get(id) ?? 0, await residentMiB(pid!)));
      await sleep(waitingClock, LOOK_MS);
    }
  })();
  const end = disturb();
  const tally = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  const started = waitingClock.monotonic();
  const over = () => waitingClock.monotonic() - started >= seconds * 1000;
  const body = `{"id":${FIRST_LONG_TITLE},"quantity":1}`;
  await Promise.all(
    Array.from({ length: Number(given.buyers) }, async () => {
      while (!over()) count(tally, await ask(cluster, agent, 'POST', '/purchase', body));
    }),
  );
  const rate = (tally.get('201') ?? 0) / ((waitingClock.monotonic() - started) / 1000);
  end();
  measuring = false;
  await looking;
  agent.destroy();
  const after = await cluster.status().then(
    ({ nodes }) => termsOf(nodes),
    () => 'unknown',
  );
  console.log(`\n${name}: ${rate.toFixed(0)} purchases/s ${JSON.stringify(Object.fromEntries(tally))}`);
  console.log(`  leader and term: ${before} -> ${after}`);
  console.log(`  most MiB: ${[...most].map(([id, mib]) => `${id} ${mib}`).join(', ')}`);
  return rate;
}

/** A closed loop for each client; returns what ends it. */
function askHeavily(cluster: LauncherCluster, clients: number): () => void {
  const agent = new Agent({ keepAlive: true });
  const tally = new Map<string, number>();
  let over = false;
  for (let client = 0; client < clients; client++) {
    const path = HEAVY[client % HEAVY.length]!;
    void (async () => {
      while (!over) count(tally, `${path} ${await ask(cluster, agent, 'GET', path)}`);
    })();
  }
  return () => {
    over = true;
    agent.destroy();
    console.log(`\nheavy answers: ${JSON.stringify(Object.fromEntries([...tally].sort()), null, 1)}`);
  };
}

function askUnread(cluster: LauncherCluster): () => void {
  const { hostname, port } = new URL(cluster.url);
  const head = `host: ${hostname}\r\nauthorization: Bearer ${cluster.adminToken}`;
  const text = `GET /orders?limit=800 HTTP/1.1\r\n${head}\r\n\r\n`.repeat(PIPELINED);
  const sockets: Socket[] = Array.from({ length: UNREAD_CONNECTIONS }, () => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => {});
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function ask(
  { url, adminToken }: LauncherCluster,
  agent: Agent,
  method: string,
  path: string,
  body = '',
): Promise<string> {
  const headers = {
    authorization: `Bearer ${adminToken}`,
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': body.length }),
  };
  return new Promise((resolve) => {
    const asked = request(`${url}${path}`, { agent, method, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(String(answer.statusCode)));
      answer.on('error', () => resolve('lost'));
    });
    asked.on('error', () => resolve('lost'));
    asked.end(body);
  });
}

function count(tally: Map<string, number>, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

function termsOf(nodes: readonly { id: string; role?: string; term?: number }[]): string {
  const leader = nodes.find(({ role }) => role === 'leader');
  return leader ? `${leader.id} in ${leader.term}` : 'none';
}

async function residentMiB(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round((Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024) / MIB);
}
