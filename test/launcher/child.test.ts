import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeKind } from '../../runtime/links/mesh.ts';
import { type Configure, ToLauncher, tellChild } from '../../runtime/process/ipc.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** The real programs of a catalog and an order replica, with the test as their launcher. */

interface Child {
  readonly process: ChildProcess;
  readonly heard: ToLauncher[];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

function startChild(kind: NodeKind, stdio: 'ipc' | 'ignore' = 'ipc'): Child {
  const program = fileURLToPath(new URL(`../../actors/${kind}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'ignore', 'ignore', stdio],
  });
  const heard: ToLauncher[] = [];
  child.on('message', (raw) => heard.push(ToLauncher.parse(raw)));
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return { process: child, heard, ended };
}

function configure(folder: string, kind: NodeKind, cluster = 'one'): Configure {
  return {
    type: 'configure',
    boot: 'boot-1',
    id: `${kind}-1`,
    kind,
    cluster,
    secret: 'secret',
    dataDirectory: join(folder, `${kind}-1`),
    format: true,
    catalogs: ['catalog-1'],
    orders: ['order-1'],
    gateways: ['gateway-1'],
    logLevel: 'error',
    logFormat: 'json',
    limits: {},
  };
}

async function withChild(
  kind: NodeKind,
  work: (child: Child, folder: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const child = startChild(kind);
    try {
      tellChild(child.process, configure(folder, kind));
      await work(child, folder);
    } finally {
      child.process.kill('SIGKILL');
      await child.ended;
    }
  });
}

const listening = (child: Child) =>
  eventually('it listens', () => child.heard.find(({ type }) => type === 'listening'));

test('a process says where it listens, and its state', () =>
  withChild('order', async (child) => {
    const heard = await listening(child);
    assert.match(heard.type === 'listening' ? heard.url : '', /^ws:\/\/127\.0\.0\.1:\d+/);
    await eventually('its state', () => child.heard.some(({ type }) => type === 'state'));
  }));

test('a process that was given a socket listens there and on no port', () =>
  inTemporaryFolder(async (folder) => {
    const socket = join(folder, 'order-1.1');
    const child = startChild('order');
    try {
      tellChild(child.process, { ...configure(folder, 'order'), socket });
      const heard = await listening(child);
      assert.is(heard.type === 'listening' && heard.url, `ws+unix:${socket}`);
      tellChild(child.process, { type: 'drain' });
      assert.is(await child.ended, 0);
      assert.not(existsSync(socket));
    } finally {
      child.process.kill('SIGKILL');
    }
  }));

test('a catalog says how it found its disk', () =>
  withChild('catalog', async (child) => {
    const heard = await listening(child);
    assert.is(heard.type === 'listening' && heard.identity, 'formatted');
  }));

test('a process ends with code 0 when it is told to drain', () =>
  withChild('catalog', async (child) => {
    await listening(child);
    tellChild(child.process, { type: 'drain' });
    assert.is(await child.ended, 0);
  }));

test('told to drain before it has started, it starts and then drains', () =>
  withChild('order', async (child) => {
    tellChild(child.process, { type: 'drain' });
    assert.is(await child.ended, 0);
  }));

test('SIGTERM drains, SIGINT and SIGHUP are left to the launcher', () =>
  withChild('order', async (child) => {
    await listening(child);
    child.process.kill('SIGINT');
    child.process.kill('SIGHUP');
    child.process.kill('SIGTERM');
    assert.is(await child.ended, 0);
  }));

test('a process ends at once when its launcher is gone', () =>
  withChild('catalog', async (child) => {
    await listening(child);
    child.process.disconnect();
    assert.is(await child.ended, 1);
  }));

test("another cluster's disk is refused in words, and the process ends", () =>
  withChild('catalog', async (child, folder) => {
    await listening(child);
    tellChild(child.process, { type: 'drain' });
    await child.ended;
    const stranger = startChild('catalog');
    tellChild(stranger.process, configure(folder, 'catalog', 'two'));
    assert.is(await stranger.ended, 2);
    const [heard] = stranger.heard;
    assert.match(heard?.type === 'refused' ? heard.message : '', 'belongs to catalog-1 of cluster one');
  }));

test('a process that a fault ends during its start says so in its own words', () =>
  inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'file'), '');
    const child = startChild('catalog');
    tellChild(child.process, {
      ...configure(folder, 'catalog'),
      dataDirectory: join(folder, 'file', 'catalog-1'),
    });
    assert.is(await child.ended, 1);
    const [heard] = child.heard;
    assert.match(heard?.type === 'failed' ? heard.message : '', 'ENOTDIR');
  }));

test('without a launcher it says so and ends with code 2', async () => {
  assert.is(await startChild('order', 'ignore').ended, 2);
});

test.run();
