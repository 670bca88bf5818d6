import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_TOKEN, type NodeAlone, startAlone, writeClusterFile } from '../support/alone.ts';
import { withEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** Nodes that are started one by one, each with a folder of its own, and find each other on the board of an etcd. */

const NODES = ['catalog-1', 'catalog-2', 'catalog-3', 'order-1', 'gateway-1', 'gateway-2'];

interface Audit {
  readonly consistent: boolean;
  readonly catalogs: readonly { readonly state: string; readonly digest?: string }[];
}

async function ask<T>(url: string, method = 'GET', body?: object): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as T };
}

const name =
  'nodes alone find each other, sell through one gateway what another shows, and outlive each other';
test(
  name,
  needs('etcd', name, () =>
    withEtcd({ members: 1 }, (etcd) =>
      inTemporaryFolder(async (folder) => {
        const log = { engine: 'etcd', urls: etcd.urls };
        const file = await writeClusterFile(folder, { cluster: 'bookshop', log, nodes: NODES });
        const running = new Map<string, NodeAlone>();
        const start = (node: string, data = join(folder, node)) => {
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
            '0',
          ]);
        };
        try {
          for (const node of NODES) running.set(node, start(node));
          const [one, two] = await Promise.all(
            ['gateway-1', 'gateway-2'].map((gateway) => running.get(gateway)!.ready()),
          );
          const shelved = await eventually('a shelf', async () => {
            const book = { title: 'A book', topic: 'books', price: '10.00', stock: 100 };
            const answer = await ask<{ added: number[] }>(`${one}/books`, 'POST', book);
            return answer.status === 201 && answer;
          });
          const id = shelved.body.added[0]!;
          const buy = async (gateway: string) =>
            (await ask<{ status: string }>(`${gateway}/purchase`, 'POST', { id })).body.status ===
            'confirmed';
          assert.ok(await buy(one!));
          const shown = await ask<{ stock: number }>(`${two}/info/${id}?consistency=strong`);
          assert.is(shown.body.stock, 99);

          const second = start('catalog-2', join(folder, 'other'));
          assert.is(await second.exited, 2);
          assert.match(second.said.text, /catalog-2 is already running at ws:\/\/127\.0\.0\.1:\d+/);

          running.get('catalog-2')!.child.kill('SIGKILL');
          running.get('catalog-3')!.child.kill('SIGTERM');
          assert.is(await running.get('catalog-3')!.exited, 0);
          await eventually('a sale with one catalog left', () => buy(two!));
          assert.is((await fetch(`${two}/readyz`)).status, 200, 'one catalog is enough to be ready');
          for (const node of ['catalog-2', 'catalog-3']) running.set(node, start(node));
          await eventually('equal catalogs', async () => {
            const { body } = await ask<Audit>(`${two}/audit`);
            const digests = new Set(body.catalogs.map(({ digest }) => digest));
            return (
              body.consistent && body.catalogs.every(({ state }) => state === 'present') && digests.size === 1
            );
          });
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
