import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { rounds } from './rounds.ts';

/** A real store whose catalogs' files are harmed while it is stopped. */

const { seed } = rounds(1);
const random = seededRandom(seed);

async function newestJournal(folder: string): Promise<string> {
  const journals = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  return join(folder, journals.at(-1)!);
}

/** Enough books and orders for journals of several blocks. */
async function fill(cluster: LauncherCluster, first: number): Promise<void> {
  for (let batch = 0; batch < 3; batch++) {
    const books = Array.from({ length: 100 }, (_, place) => ({
      id: first + batch * 100 + place,
      title: `Book ${place} ${'of many words '.repeat(5)}`,
      topic: 'harm',
      price: '1.00',
      stock: 10,
    }));
    assert.is((await cluster.request('POST', '/books', { body: books, admin: true })).status, 201);
  }
  await buy(cluster, first);
}

async function buy(cluster: LauncherCluster, first: number): Promise<void> {
  for (let number = 0; number < 20; number++) {
    const headers = { 'idempotency-key': `order-${first}-${number}` };
    const body = { id: 1 + (number % 7), quantity: 1 };
    assert.is((await cluster.request('POST', '/purchase', { body, headers })).status, 201);
  }
}

interface Audit {
  readonly consistent: boolean;
  readonly catalogs: readonly { readonly state: string; readonly digest?: string }[];
}

/** All three catalogs are there and equal, and every order is found. */
interface Listed {
  readonly orders: readonly unknown[];
}

async function checkWhole(cluster: LauncherCluster, orders: number): Promise<void> {
  await cluster.whole();
  await eventually('three equal catalogs', async () => {
    const { body } = await cluster.request<Audit>('GET', '/audit?limit=1');
    assert.ok(body.consistent);
    const digests = new Set(body.catalogs.map(({ state, digest }) => `${state} ${digest}`));
    return (
      body.catalogs.length === 3 &&
      digests.size === 1 &&
      body.catalogs.every(({ state }) => state === 'present')
    );
  });
  const listed = await cluster.request<Listed>('GET', '/orders?limit=1000', { admin: true });
  assert.is(listed.body.orders.length, orders);
}

test(`a damaged catalog refuses to start and is left out, comes back equal once its folder is deleted, and a torn one mends itself (seed ${seed})`, () =>
  inTemporaryFolder(async (dataDirectory) => {
    const options = { dataDirectory, orders: 1 };
    await withLauncherCluster(options, (cluster) => fill(cluster, 100));

    const damaged = join(dataDirectory, 'catalog-2');
    const journal = await newestJournal(damaged);
    const bytes = await readFile(journal);
    assert.ok(bytes.length > 3 * 32 * 1024);
    const place = random.integer(Math.floor(bytes.length / 2));
    bytes[place] = bytes[place]! ^ (1 << random.integer(8));
    await writeFile(journal, bytes);
    await withLauncherCluster(options, async (cluster) => {
      const { stderr } = cluster.launcher.said;
      assert.match(
        stderr,
        `catalog-2 is left out: the store in ${damaged} is damaged: its file `,
        `byte ${place}`,
      );
      assert.match(stderr, 'Delete that directory and start again');
      await buy(cluster, 1_000);
      assert.is((await cluster.node('catalog-2')).state, 'down');
    });

    await rm(damaged, { recursive: true });
    await withLauncherCluster(options, async (cluster) => {
      await checkWhole(cluster, 40);
      await buy(cluster, 2_000);
    });

    const torn = await newestJournal(join(dataDirectory, 'catalog-3'));
    const { length } = await readFile(torn);
    await truncate(torn, length - 1 - random.integer(Math.min(2_000, length - 1)));
    await withLauncherCluster(options, async (cluster) => {
      assert.not.match(cluster.launcher.said.stderr, 'is left out');
      await checkWhole(cluster, 60);
    });
  }));

test.run();
