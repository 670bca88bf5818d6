import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';

/** How the processes of a real store reach each other. */

const placesOf = async (cluster: LauncherCluster) =>
  (await cluster.status()).nodes.map(({ url }) => new URL(url!));

async function assertSells(cluster: LauncherCluster): Promise<void> {
  const { status } = await cluster.request('POST', '/purchase', { body: { id: 1, quantity: 1 } });
  assert.is(status, 201);
}

/** Inodes of all sockets on which somebody listens by TCP (proc_net_tcp(5)). */
async function tcpListeners(): Promise<Set<string>> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  return new Set(rows.filter((fields) => fields[3] === '0A').map((fields) => fields[9]!));
}

async function listensByTcp(pid: number, listeners: ReadonlySet<string>): Promise<number> {
  const files = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(files.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => listeners.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '')).length;
}

test('only the door for clients is a port; the links are sockets that nobody else can reach, also after a kill', () =>
  withLauncherCluster({ orders: 1 }, async (cluster) => {
    await cluster.whole();
    const before = await placesOf(cluster);
    await cluster.kill('catalog-1');
    await cluster.kill('order-1');
    await cluster.whole();
    await assertSells(cluster);

    const places = await placesOf(cluster);
    assert.equal([...new Set(places.map(({ protocol }) => protocol))], ['ws+unix:']);
    const folders = [...new Set(places.map(({ pathname }) => dirname(pathname)))];
    assert.is(folders.length, 1);
    const { mode, uid } = await stat(folders[0]!);
    assert.equal([mode & 0o777, uid], [0o700, process.getuid!()]);
    const left = await readdir(folders[0]!);
    const moved = before.filter(({ href }) => !places.some((place) => place.href === href));
    assert.is(moved.length, 2);
    for (const { pathname } of moved) assert.not(left.includes(pathname.split('/').at(-1)!), pathname);

    if (process.platform !== 'linux') return;
    const listeners = await tcpListeners();
    for (const { id, pid } of (await cluster.status()).nodes) {
      assert.is(await listensByTcp(pid!, listeners), id === 'gateway-1' ? 1 : 0, id);
    }
  }));

test('with --links tcp they are ports of this machine', () =>
  withLauncherCluster({ catalogs: 1, orders: 1, args: ['--links', 'tcp'] }, async (cluster) => {
    await cluster.whole();
    for (const { protocol, hostname } of await placesOf(cluster)) {
      assert.equal([protocol, hostname], ['ws:', '127.0.0.1']);
    }
    await assertSells(cluster);
  }));

test.run();
