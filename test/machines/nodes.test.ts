import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { ADMIN_TOKEN, type NodeAlone, startAlone, writeClusterFile } from '../support/alone.ts';
import { withEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** Nodes that are started one by one, each with a folder of its own, and find each other on the board of an etcd. */

const NODES = ['catalog-1', 'catalog-2', 'catalog-3', 'order-1', 'order-2', 'gateway-1', 'gateway-2'];
const BUYERS = 3;
const THINK_MS = 20;
const PLENTY = 1_000_000;
/** Milliseconds that a call of the client library lasts, all its tries together: longer than a slow machine starts a node. */
const CALL_MS = 60_000;

interface Audit {
  readonly consistent: boolean;
  readonly catalogs: readonly { readonly state: string; readonly digest?: string }[];
  readonly books: readonly { readonly id: number; readonly sold: number; readonly stock: number }[];
}

async function ask<T>(url: string, method = 'GET', body?: object): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as T };
}

/**
 * A client of the library at each gateway, with a few who buy one book each and look at it with the version that the client
 * brings along. Whatever a call rejects with is thrown at the end.
 */
function openShoppers(gateways: readonly string[], id: number) {
  let leaving = false;
  const clients = gateways.map((url) => ({
    library: connect({ url, token: ADMIN_TOKEN, limits: { callTimeoutMs: CALL_MS } }),
    bought: 0,
    /** The fewest that it was shown; later reads show no more. */
    seen: PLENTY,
  }));
  type Client = (typeof clients)[number];
  const live = async (client: Client) => {
    while (!leaving) {
      const order = await client.library.purchase({ id });
      assert.is(order.status, 'confirmed');
      client.bought += 1;
      const most = Math.min(client.seen, PLENTY - client.bought);
      const { stock } = await client.library.info(id);
      assert.ok(stock <= most, `${stock} are shown after ${most}`);
      client.seen = Math.min(client.seen, stock);
      await sleep(THINK_MS);
    }
  };
  const lives = clients.flatMap((client) => Array.from({ length: BUYERS }, () => live(client)));
  const ended = Promise.allSettled(lives);
  return {
    /** Until everybody at each gateway has bought again. */
    async sell(): Promise<void> {
      const before = clients.map(({ bought }) => bought);
      const goesOn = () => clients.every(({ bought }, at) => bought >= before[at]! + 2 * BUYERS);
      await Promise.race([eventually('sales at both gateways', goesOn, CALL_MS), Promise.all(lives)]);
    },
    /** How many copies the clients were told to have. */
    async leave(): Promise<number> {
      leaving = true;
      await ended;
      for (const { library } of clients) library.close();
      await Promise.all(lives);
      return clients.reduce((sum, { bought }) => sum + bought, 0);
    },
  };
}

const name =
  'nodes alone find each other, sell through one gateway what another shows, outlive each other, and are restarted one by one without a failed call';
test(
  name,
  needs('etcd', name, () =>
    withEtcd({ members: 1 }, (etcd) =>
      inTemporaryFolder(async (folder) => {
        const log = { engine: 'etcd', urls: etcd.urls };
        const file = await writeClusterFile(folder, { cluster: 'bookshop', log, nodes: NODES });
        const running = new Map<string, NodeAlone>();
        const start = (node: string, { data = join(folder, node), port = '0' } = {}) => {
          const kind = node.split('-')[0]!;
          return startAlone([
            '--kind',
            kind,
            '--name',
            node,
            '--cluster',
            file,
            '--data',
            data,
            '--port',
            port,
          ]);
        };
        try {
          for (const node of NODES) running.set(node, start(node));
          const [one, two] = await Promise.all(
            ['gateway-1', 'gateway-2'].map((gateway) => running.get(gateway)!.ready()),
          );
          const shelve = (stock: number) =>
            eventually('a shelf', async () => {
              const book = { title: 'A book', topic: 'books', price: '10.00', stock };
              return (await ask<{ added?: number[] }>(`${one}/books`, 'POST', book)).body.added?.[0];
            });
          const id = await shelve(100);
          const buy = async (gateway: string) =>
            (await ask<{ status: string }>(`${gateway}/purchase`, 'POST', { id })).body.status ===
            'confirmed';
          assert.ok(await buy(one!));
          const shown = await ask<{ stock: number }>(`${two}/info/${id}?consistency=strong`);
          assert.is(shown.body.stock, 99);

          const second = start('catalog-2', { data: join(folder, 'other') });
          assert.is(await second.exited, 2);
          assert.match(second.said.text, /catalog-2 is already running at ws:\/\/127\.0\.0\.1:\d+/);

          running.get('catalog-2')!.child.kill('SIGKILL');
          running.get('catalog-3')!.child.kill('SIGTERM');
          assert.is(await running.get('catalog-3')!.exited, 0);
          await eventually('a sale with one catalog left', () => buy(two!));
          assert.is((await fetch(`${two}/readyz`)).status, 200, 'one catalog is enough to be ready');
          for (const node of ['catalog-2', 'catalog-3']) running.set(node, start(node));
          const equalCatalogs = () =>
            eventually('equal catalogs', async () => {
              const { body } = await ask<Audit>(`${two}/audit`);
              const digests = new Set(body.catalogs.map(({ digest }) => digest));
              const isWhole = body.catalogs.every(({ state }) => state === 'present');
              return body.consistent && isWhole && digests.size === 1 && body;
            });
          await equalCatalogs();

          const popular = await shelve(PLENTY);
          const shoppers = openShoppers([one!, two!], popular);
          let told = 0;
          try {
            await shoppers.sell();
            for (const node of NODES) {
              const { child, exited, ready } = running.get(node)!;
              const { port } = new URL(await ready());
              child.kill('SIGTERM');
              assert.is(await exited, 0, `${node} ends by itself`);
              const again = start(node, { port: node.startsWith('gateway') ? port : '0' });
              running.set(node, again);
              await again.ready();
            }
            await shoppers.sell();
          } finally {
            told = await shoppers.leave();
          }
          const { sold, stock } = (await equalCatalogs()).books.find((book) => book.id === popular)!;
          assert.equal([sold, stock], [told, PLENTY - told], 'what was told is sold, once');
        } finally {
          for (const { child } of running.values()) child.kill('SIGKILL');
          await Promise.all([...running.values()].map(({ exited }) => exited));
        }
      }),
    ),
  ),
);

test('what a cluster file lacks or a node may not be is said in one line', () =>
  inTemporaryFolder(async (folder) => {
    const log = { engine: 'etcd', urls: ['http://127.0.0.1:1'] };
    const refusal = async (file: object, ...args: string[]) => {
      const path = await writeClusterFile(folder, file);
      const node = startAlone([
        '--kind',
        'catalog',
        '--name',
        'catalog-1',
        '--cluster',
        path,
        '--data',
        folder,
        ...args,
      ]);
      assert.is(await node.exited, 2, node.said.text);
      return node.said.text;
    };
    assert.match(await refusal({ cluster: 'x', nodes: ['catalog-1'] }), 'the field log is missing');
    assert.match(await refusal({ cluster: 'x', log, nodes: ['catalog-2'] }), 'nodes does not list catalog-1');
    assert.match(
      await refusal({ cluster: 'x', log, nodes: ['catalog-1'], colour: 'red' }),
      'there is no field colour',
    );
    assert.match(
      await refusal({ cluster: 'x', log, nodes: ['catalog-1'], redis: 'redis+cluster://' }),
      'redis: must be redis://HOST:PORT',
    );
    assert.match(
      await refusal({ cluster: 'x', log, nodes: ['catalog-1'] }, '--listen', '0.0.0.0:0'),
      'opens links in the clear',
    );
  }));

test('a node that waits for its etcd is ended by SIGTERM with 0', () =>
  inTemporaryFolder(async (folder) => {
    const log = { engine: 'etcd', urls: ['http://127.0.0.1:1'] };
    const file = await writeClusterFile(folder, { cluster: 'x', log, nodes: ['catalog-1'] });
    const node = startAlone([
      '--kind',
      'catalog',
      '--name',
      'catalog-1',
      '--cluster',
      file,
      '--data',
      folder,
    ]);
    await eventually('a line that names the etcd', async () =>
      node.said.text.includes('etcd at http://127.0.0.1:1 cannot be used yet'),
    );
    node.child.kill('SIGTERM');
    assert.is(await node.exited, 0);
  }));

test.run();
