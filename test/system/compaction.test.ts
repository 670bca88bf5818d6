import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withLauncherCluster } from '../support/cluster.ts';
import { assertTold, fillShelf, openCrowd, ordersOnEveryCatalog } from '../support/crowd.ts';
import { inspectDisk } from '../support/disk.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** The log forgets by itself while people buy: disk and restart grow with orders kept, not with requests served. */

const KEPT = 20;
/** The log is cut when it holds twice the kept entries; eight times while a snapshot is on its way. */
const MOST_ENTRIES = 8 * KEPT + 50;
const CATALOGS = ['catalog-1', 'catalog-2', 'catalog-3'];
/** What is sent to a sleeper and not acknowledged waits in its socket; most of what it misses must be forgotten. */
const TINY_LOG = ['--limit', `keptEntries=${KEPT}`, '--limit', `maxEntriesInFlight=${KEPT}`];
const BOOKS = [1, 2, 3];

test('a catalog that was away while the log forgot comes back by snapshot; no log grows, and a restart works', () =>
  inTemporaryFolder(async (dataDirectory) => {
    let away = '';
    let orders = 0;
    await withLauncherCluster({ dataDirectory, args: TINY_LOG }, async (cluster) => {
      await cluster.whole();
      await fillShelf(cluster, BOOKS);
      const { nodes } = await cluster.status();
      away = nodes.find(({ role }) => role === 'follower')!.id;
      const crowd = await openCrowd(cluster, { name: 'long', books: BOOKS, buyers: 16, thinkMs: 1 });
      await crowd.confirms(300);
      await cluster.pause(away);
      await crowd.confirms(500);
      await cluster.resume(away);
      await crowd.confirms(200);
      await assertTold(cluster, crowd, 'long');
      orders = (await ordersOnEveryCatalog(cluster, 'long-')).length;
    });

    assert.ok(orders >= 1_000);
    for (const catalog of CATALOGS) {
      const { entries, generation } = await inspectDisk(dataDirectory, catalog);
      assert.ok(entries <= MOST_ENTRIES, `${catalog} keeps ${entries} log entries`);
      if (catalog === away) assert.ok(generation > 1, 'it came back without a snapshot');
    }

    await withLauncherCluster({ dataDirectory, args: TINY_LOG }, async (cluster) => {
      await cluster.whole();
      assert.is((await ordersOnEveryCatalog(cluster, 'long-')).length, orders);
      const crowd = await openCrowd(cluster, { name: 'after', books: BOOKS });
      await crowd.confirms(50);
      await assertTold(cluster, crowd, 'after');
    });
  }));

test.run();
