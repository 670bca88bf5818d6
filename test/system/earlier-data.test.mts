import { chmod, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LEVEL } from '../../runtime/command-levels.ts';
import { FORMAT } from '../../runtime/format.ts';
import { startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { runLauncher } from '../support/launcher-process.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/**
 * Data directories that earlier versions have left, as small stores with two orders (one confirmed, one refused) and a book
 * whose price was changed. Each is kept for good, and started by every later version.
 */
/** How long their refused orders are remembered. */
const KEPT = '3650d';
const EARLIER = fileURLToPath(new URL('./earlier-stores/', import.meta.url));

/** Files come out of version control open to others; a data directory must not be. */
async function putBack(name: string, path: string): Promise<void> {
  await cp(join(EARLIER, name), path, { recursive: true });
  await chmod(path, 0o700);
  for (const file of ['admin-token', 'reader-token', 'cluster-secret', 'cluster.json']) {
    await chmod(join(path, file), 0o600);
  }
}

const recordIn = async (path: string) => JSON.parse(await readFile(join(path, 'cluster.json'), 'utf8'));

for (const name of await readdir(EARLIER)) {
  test(`a store of an earlier version (${name}) is started, with all that it had, and is of the present one then`, () =>
    inTemporaryFolder(async (folder) => {
      const dataDirectory = join(folder, 'data');
      await putBack(name, dataDirectory);
      const before = await recordIn(dataDirectory);
      // They are older each day, and their refusals are to be there all the same.
      const args = ['--keep-refusals', KEPT];
      const cluster = await startLauncherCluster({ dataDirectory, args });
      try {
        const confirmed = await cluster.request<{ total: string }>('GET', '/orders/old-1');
        assert.equal([confirmed.status, confirmed.body.total], [200, '20.00']);
        const refused = await cluster.request<{ code: string }>('GET', '/orders/old-2');
        assert.equal([refused.status, refused.body.code], [200, 'sold-out']);
        const book = await cluster.request<{ price: string; stock: number }>('GET', '/info/3');
        assert.equal([book.body.price, book.body.stock], ['12.50', 105]);
        const again = await cluster.request('POST', '/purchase', {
          body: { id: 1, quantity: 2 },
          headers: { 'idempotency-key': 'old-1' },
        });
        assert.is(again.status, 200, 'its keys are known');
        await eventually('the log is raised', async () => (await recordIn(dataDirectory)).level === LEVEL);
        const audit = await cluster.request<{ consistent: boolean }>('GET', '/audit');
        assert.is(audit.body.consistent, true);
      } finally {
        await cluster.stop();
      }
      assert.is((await recordIn(dataDirectory)).format, FORMAT);
      if ((before.format ?? 0) === FORMAT) return;
      const copy = join(dataDirectory, `cluster.json.format-${before.format ?? 0}`);
      assert.equal(JSON.parse(await readFile(copy, 'utf8')), before, 'what it was is left beside it');
    }));
}

test('a store of a newer version is not started, in one line', () =>
  inTemporaryFolder(async (folder) => {
    const dataDirectory = join(folder, 'data');
    await putBack('format-0', dataDirectory);
    const record = await recordIn(dataDirectory);
    await writeFile(join(dataDirectory, 'cluster.json'), JSON.stringify({ ...record, level: LEVEL + 1 }));
    const { code, stderr } = await runLauncher(['--data', dataDirectory, '--port', '0']);
    assert.is(code, 2);
    assert.match(stderr, 'was written by a newer program');
    assert.is(stderr.trim().split('\n').length, 1);
  }));

test.run();
