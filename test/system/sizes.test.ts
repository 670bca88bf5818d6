import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { assertEqualCatalogs, assertTold, fillShelf, openCrowd } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** Stores of one, two and five catalogs; three are the rule in the other tests. */

const buy = (cluster: LauncherCluster, orderId: string) =>
  cluster.request<{ outcome?: string }>('POST', '/purchase', {
    body: { id: 1, quantity: 1 },
    headers: { 'idempotency-key': orderId },
  });

test('one catalog sells, and when it was killed it goes on with all that it had acknowledged', () =>
  withLauncherCluster({ catalogs: 1, orders: 1 }, async (cluster) => {
    assert.match(cluster.readyLine, '1 catalog, 1 order');
    assert.match(cluster.readyLine, 'warning: one catalog is the only copy');
    await fillShelf(cluster, [1]);
    const crowd = await openCrowd(cluster, { name: 'one', books: [1] });
    await crowd.confirms(100);
    await cluster.kill('catalog-1');
    await crowd.confirms(100);
    await assertTold(cluster, crowd, 'one');
  }));

test('two catalogs sell together, not without each other, and again once both are there', () =>
  withLauncherCluster({ catalogs: 2, orders: 1 }, async (cluster) => {
    assert.match(cluster.readyLine, 'warning: purchases need both catalogs');
    await cluster.whole();
    assert.is((await buy(cluster, 'both')).status, 201);
    for (const id of ['catalog-1', 'catalog-2']) {
      await cluster.pause(id);
      const { status, body } = await buy(cluster, `without-${id}`);
      assert.is(status, 503);
      assert.ok(body.outcome === 'unknown' || body.outcome === 'none');
      assert.is((await cluster.request('GET', '/info/2')).status, 200);
      await cluster.resume(id);
      await cluster.whole();
      assert.ok((await buy(cluster, `without-${id}`)).status < 300);
    }
    const { books } = await assertEqualCatalogs(cluster);
    assert.is(books[0]!.sold, 3);
  }));

test('five catalogs, filled from a file of 2,000 books, sell without any two of them', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'books.csv');
    await writeFile(file, generateBooks(2_000));
    await withLauncherCluster({ catalogs: 5, orders: 3, args: ['--books', file] }, async (cluster) => {
      assert.match(cluster.readyLine, '5 catalogs, 3 orders, 1 gateway');
      assert.match(cluster.readyLine, '2000 books put in');
      await cluster.whole();
      const crowd = await openCrowd(cluster, { name: 'five', books: [1, 1_000, 2_000] });
      await crowd.confirms(50);
      const leader = await cluster.leader();
      const { nodes } = await cluster.status();
      const follower = nodes.find(({ role }) => role === 'follower')!.id;
      await cluster.pause(leader);
      await cluster.pause(follower);
      await eventually(
        'another leads',
        async () => ![leader, null].includes((await cluster.status()).leader),
      );
      await crowd.confirms(50);
      await cluster.resume(leader);
      await cluster.resume(follower);
      await assertTold(cluster, crowd, 'five');
      assert.is((await assertEqualCatalogs(cluster)).catalogs.length, 5);
    });
  }));

function generateBooks(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `${index + 1},"Volume ${index + 1}, bound",topic ${index % 40},12.50,100000`,
  );
  return ['id,title,topic,price,stock', ...rows, ''].join('\n');
}

test.run();
