import { connect as openSocket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { residentBytes } from '../support/processes.ts';

/** Orders and topics that are larger than a page, and clients that ask for pages and do not read them. */

const MIB = 1024 * 1024;
const FIRST_LONG = 100_001;
const LINES = 100;
const ORDERS = 120;
const MASS = 25_000;
/** What a process may grow by while 600 pages are asked for that nobody reads. */
const GROWTH_LIMIT_BYTES = 200 * MIB;

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster({ catalogs: 3, orders: 1 });
  const book = (id: number, title: string, topic: string) => ({
    id,
    title,
    topic,
    price: '1.00',
    stock: 1_000_000,
  });
  const long = Array.from({ length: LINES }, (_, n) =>
    book(FIRST_LONG + n, `${n} ${'long title '.repeat(20)}`, 'long'),
  );
  const mass = Array.from({ length: MASS }, (_, n) =>
    book(1_000 + n, `Volume ${n} “of” the mass, unabridged`, 'mass'),
  );
  await add(long);
  for (let from = 0; from < MASS; from += 1_000) await add(mass.slice(from, from + 1_000));
  const lines = long.map(({ id }) => ({ id, quantity: 1 }));
  for (let n = 0; n < ORDERS; n++) await buy({ lines }, `large-${String(n).padStart(4, '0')}`);
});

test.after(async () => {
  await cluster?.stop();
});

/** Asked again on a busy machine: books and orders that are there already stay as they are. */
async function add(body: object[]): Promise<void> {
  await eventually('books put in', async () => {
    return (await cluster.request('POST', '/books', { admin: true, body })).status === 201;
  });
}

async function buy(body: object, orderId: string): Promise<void> {
  const headers = { 'idempotency-key': orderId };
  await eventually('a purchase', async () => {
    return (await cluster.request('POST', '/purchase', { body, headers })).status < 300;
  });
}

/** A page as text, asked for again where there is too much to do. */
async function page(path: string): Promise<{ text: string; link: string | null }> {
  return eventually(path, async () => {
    const headers = { authorization: `Bearer ${cluster.adminToken}` };
    const response = await fetch(`${cluster.url}${path}`, { headers });
    const text = await response.text();
    if (response.status === 503 || response.status === 429) return undefined;
    assert.is(response.status, 200, text.slice(0, 200));
    return { text, link: response.headers.get('link') };
  });
}

test('orders of a hundred lines with long titles come in pages of a mebibyte, each of them once', async () => {
  const found: string[] = [];
  let pages = 0;
  for (let after: string | null = ''; after !== null; pages++) {
    const { text } = await page(`/orders?limit=1000&after=${after}`);
    assert.ok(text.length <= MIB, `${text.length} characters`);
    const { orders, next } = JSON.parse(text) as { orders: { orderId: string }[]; next: string | null };
    found.push(...orders.map(({ orderId }) => orderId).filter((id) => id.startsWith('large-')));
    after = next;
  }
  assert.is(found.length, ORDERS);
  assert.is(new Set(found).size, ORDERS);
  assert.ok(pages >= 3, `${pages} pages`);
});

test('a topic of many books is searched page by page, whatever the consistency, and by the client library whole', async () => {
  for (const query of ['', '?consistency=strong']) {
    const ids: number[] = [];
    for (let path: string | undefined = `/search/mass${query}`; path; ) {
      const { text, link }: { text: string; link: string | null } = await page(path);
      assert.ok(Buffer.byteLength(text) <= MIB);
      ids.push(...(JSON.parse(text) as { id: number }[]).map(({ id }) => id));
      path = /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1];
    }
    assert.equal(
      ids,
      Array.from({ length: MASS }, (_, n) => 1_000 + n),
      query,
    );
  }
  const client = connect({ url: cluster.url });
  const titles = await client.search('Mass', { timeoutMs: 30_000 });
  assert.is(titles.length, MASS);
  client.close();
});

test('600 pages that are asked for at once and not read leave the memory as it was, and purchases go on', async () => {
  const { hostname, port } = new URL(cluster.url);
  const { nodes } = await cluster.status();
  const before = new Map<string, number>();
  const most = new Map<string, number>();
  const look = async (into: Map<string, number>) => {
    for (const { id, pid } of nodes) into.set(id, Math.max(into.get(id) ?? 0, await residentBytes(pid!)));
  };
  await look(before);
  const head = `host: ${hostname}\r\nauthorization: Bearer ${cluster.adminToken}`;
  const text = `GET /orders?after=bif&limit=800 HTTP/1.1\r\n${head}\r\n\r\n`.repeat(20);
  const sockets = Array.from({ length: 30 }, () => {
    const socket = openSocket(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => {});
    socket.pause();
    return socket;
  });
  const started = performance.now();
  for (let n = 0; n < 20 || performance.now() - started < 4_000; n++) {
    await buy({ id: 1_000, quantity: 1 }, `beside-${n}`);
    await look(most);
  }
  for (const socket of sockets) socket.destroy();
  const growth = nodes.map(({ id }) => [id, most.get(id)! - before.get(id)!] as const);
  console.log(`\n${growth.map(([id, bytes]) => `${id} grew by ${Math.round(bytes / MIB)} MiB`).join(', ')}`);
  for (const [id, bytes] of growth) assert.ok(bytes < GROWTH_LIMIT_BYTES, `${id} grew by ${bytes} bytes`);
  await eventually('the same processes as before', async () => {
    const alive = (await cluster.status()).nodes.map(({ pid }) => pid);
    return nodes.every(({ pid }) => alive.includes(pid));
  });
  assert.ok((await page('/orders?limit=10')).text.length > 0);
});

test.run();
