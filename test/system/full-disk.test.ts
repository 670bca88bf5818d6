import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

interface Problem {
  readonly code: string;
  readonly outcome: string;
  readonly detail: string;
}

const MIB = 1024 * 1024;
const FULL =
  'The disks of catalog-1, catalog-2 and catalog-3 are full (No space left on device): nothing can be written.';
const run = promisify(execFile);

/** Runs `work` on a small disk of its own; says false where this machine does not let its user mount one. */
async function onSmallDisk(work: (folder: string) => Promise<void>): Promise<boolean> {
  return inTemporaryFolder(async (folder) => {
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder]).then(
      () => true,
      () => false,
    );
    if (!mounted) return false;
    try {
      await work(folder);
    } finally {
      await run('umount', [folder]);
    }
    return true;
  });
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.writeFile(Buffer.alloc(MIB));
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    await file.close();
  }
}

/** Buys until a purchase is not confirmed; resolves with the orders that were. */
async function buyAllThatFit(cluster: LauncherCluster): Promise<string[]> {
  const confirmed: string[] = [];
  for (;;) {
    const { status, body } = await cluster.request<{ orderId: string }>('POST', '/purchase', {
      body: { id: 1 },
    });
    if (status !== 201) return confirmed;
    confirmed.push(body.orderId);
  }
}

const name =
  'while the disk of all catalogs is full reads are answered, writes refused at once, and with room again all is well';
test(name, async () => {
  const wasRun = await onSmallDisk(async (folder) => {
    const cluster = await startLauncherCluster({
      dataDirectory: join(folder, 'data'),
      args: ['--limit', `freeDiskBytes=${16 * MIB}`],
    });
    try {
      await cluster.whole();
      await fill(join(folder, 'filler'));
      const confirmed = await buyAllThatFit(cluster);
      await eventually('the status names the reason', async () => {
        const { nodes } = await cluster.status();
        return nodes.filter(({ reason }) => reason?.includes('full (No space left on device)')).length === 3;
      });
      for (const path of ['/info/1', '/search/distributed%20systems', '/info?limit=3']) {
        assert.is((await cluster.request('GET', path)).status, 200, path);
      }
      const unready = await cluster.request<Problem>('GET', '/readyz');
      assert.is(unready.status, 503);
      assert.match(unready.body.detail, FULL);
      for (const [method, path, body] of [
        ['POST', '/purchase', { id: 1 }],
        ['POST', '/books', { title: 'T', topic: 't', price: 1, stock: 1 }],
        ['PATCH', '/books/1', { restock: 1 }],
      ] as const) {
        const began = performance.now();
        const refusal = await cluster.request<Problem>(method, path, { body, admin: path !== '/purchase' });
        const tookMs = performance.now() - began;
        assert.equal(
          [refusal.status, refusal.body.code, refusal.body.outcome],
          [503, 'disk-full', 'none'],
          path,
        );
        assert.match(refusal.body.detail, FULL);
        assert.ok(tookMs < 1_000, `${method} ${path} took ${Math.round(tookMs)} ms`);
      }

      await rm(join(folder, 'filler'));
      await cluster.whole();
      for (const orderId of confirmed) {
        assert.is((await cluster.request('GET', `/orders/${orderId}`)).status, 200, orderId);
      }
      const audit = await cluster.request<{ consistent: boolean }>('GET', '/audit', { admin: true });
      assert.ok(audit.body.consistent);
      assert.is((await cluster.request('POST', '/purchase', { body: { id: 1 } })).status, 201);
    } finally {
      assert.is(await cluster.stop(), 0);
    }
  });
  if (!wasRun) console.log(`\nSKIP ${name} (this user may not mount a disk)`);
});

test.run();
