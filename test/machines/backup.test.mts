import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../runtime/clock.ts';
import { openBackup } from '../../runtime/launcher/backup/backup-file.ts';
import { restoreToFile } from '../../runtime/launcher/backup/restore-node.ts';
import { systemRandom } from '../../runtime/random.ts';
import { ADMIN_TOKEN, type NodeAlone, startAlone, writeClusterFile } from '../support/alone.ts';
import { withEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { contentsOf, copyAmidSales, done, onOneMachine, refused, run, shopAt } from './kept-stores.ts';

/** A store is kept in files, brought back from them, and brought to other machines, by real programs and directories. */

const NODES = ['catalog-1', 'catalog-2', 'order-1', 'gateway-1'];

test('a store that was killed is kept in a file, which is a store of its own again, with all that was acknowledged', () =>
  inTemporaryFolder(async (folder) => {
    const [data, file, copy] = [join(folder, 'data'), join(folder, 'monday.bazar'), join(folder, 'copy')];
    const books = join(folder, 'books.csv');
    await writeFile(books, 'title,topic,price,stock\nA book,books,10.00,100\n');
    await onOneMachine(
      data,
      async (shop) => {
        for (let count = 0; count < 20; count++) assert.ok(await shop.buy(`order-${count}`));
        await refused(/is in use by process \d+: stop the store first/, 'backup', file, '--data', data);
      },
      '--books',
      books,
      '--currency',
      'EUR',
    );
    const before = await contentsOf(data);
    const interrupted = await run(['backup', file, '--data', data], AbortSignal.abort());
    assert.equal(
      [interrupted.code, interrupted.text],
      [2, 'bazar: interrupted before all was read: nothing was written\n'],
    );
    assert.equal(
      (await readdir(folder)).sort(),
      ['books.csv', 'data'],
      'who is interrupted leaves nothing behind',
    );
    const said = await done('backup', file, '--data', data);
    assert.equal(await contentsOf(data), before, 'the directory is as it was');
    assert.equal((await readdir(folder)).sort(), ['books.csv', 'data', 'monday.bazar']);

    await refused('is not empty', 'restore-backup', file, '--data', data);
    await writeFile(join(folder, 'half.bazar'), (await readFile(file)).subarray(0, -40));
    await refused('is cut off', 'restore-backup', join(folder, 'half.bazar'), '--data', copy);
    const [, digest] = /digest (\w+)/.exec(said)!;
    const restored = await done('restore-backup', file, '--data', copy, '--catalogs', '3', '--json');
    const { books: count, orders, copies, ...rest } = JSON.parse(restored);
    assert.equal([count, orders, copies, rest.digest], [1, 20, 80, digest]);
    await onOneMachine(copy, async (shop) => {
      assert.is(await shop.stock(), 80);
      assert.ok(await shop.buy('order-3'), 'a key that is known');
      assert.ok(await shop.buy('another'));
      assert.is(await shop.stock(), 79);
    });

    await rm(join(copy, 'catalog-2'), { recursive: true });
    await rm(join(copy, 'catalog-3'), { recursive: true });
    await refused('2 whole catalogs are needed', 'backup', file, '--data', copy);
  }));

const COPIES = 10_000;

const name =
  'a store that was copied while it sold moves to an etcd, is kept while it sells, and comes back when all its catalogs are lost';
test(
  name,
  needs('etcd', name, () =>
    withEtcd({ members: 3 }, (etcd) =>
      inTemporaryFolder(async (folder) => {
        const data = join(folder, 'data');
        const backup = join(folder, 'kept.bazar');
        const books = join(folder, 'books.csv');
        await writeFile(books, `title,topic,price,stock\nA book,books,10.00,${COPIES}\n`);
        const copied = join(folder, 'copied');
        const sold = await onOneMachine(data, (shop) => copyAmidSales(shop, data, copied), '--books', books);
        const log = { engine: 'etcd', urls: etcd.urls };
        const cluster = await writeClusterFile(folder, { cluster: 'bookshop', log, nodes: NODES });
        const running = new Map<string, NodeAlone>();
        const start = (node: string) => {
          const kind = node.split('-')[0]!;
          const args = ['--kind', kind, '--name', node, '--cluster', cluster, '--port', '0'];
          const one = startAlone([...args, '--data', join(folder, node)]);
          running.set(node, one);
          return one;
        };
        const startAll = async () => {
          for (const node of NODES) start(node);
          return shopAt(await running.get('gateway-1')!.ready(), ADMIN_TOKEN);
        };
        const end = async (signal: NodeJS.Signals, ...nodes: string[]) => {
          for (const node of nodes) running.get(node)!.child.kill(signal);
          await Promise.all(nodes.map((node) => running.get(node)!.exited));
        };
        const wipe = async () => {
          for (const node of ['catalog-1', 'catalog-2']) await rm(join(folder, node), { recursive: true });
        };
        const nobodyThere = () =>
          eventually('nobody on the board', async () => {
            const keys = await etcd.control('get', '--prefix', '--keys-only', 'bazar/bookshop/board/nodes/');
            return keys.trim() === '';
          });
        const into = ['--data', join(folder, 'catalog-1')];
        try {
          await mkdir(join(folder, 'catalog-1'), { mode: 0o700 });
          await cp(join(data, 'catalog-1'), join(folder, 'catalog-1', 'catalog-1'), { recursive: true });
          assert.is(await start('catalog-1').exited, 2);
          assert.match(running.get('catalog-1')!.said.text, 'migrate brings it to an etcd');
          await rm(join(folder, 'catalog-1'), { recursive: true });

          const before = await contentsOf(copied);
          const migrate = ['migrate', '--data', copied, '--to', cluster];
          const moved = await done(...migrate, '--into', into[1]!);
          const [copies, orders] = /1 books with (\d+) copies, (\d+) orders/
            .exec(moved)!
            .slice(1)
            .map(Number) as [number, number];
          assert.is(copies, COPIES - orders);
          assert.ok(orders >= sold.length, `${orders} of at least ${sold.length}`);
          assert.equal(await contentsOf(copied), before, 'the source is as it was');
          await refused('is not empty', ...migrate, '--into', join(folder, 'elsewhere'));

          let shop = await startAll();
          await eventually('what was sold before', async () => (await shop.stock()) === copies);
          for (const key of sold) assert.ok(await shop.buy(key), 'a key of before');
          assert.is(await shop.stock(), copies, 'all that was acknowledged before it was copied');
          await eventually('a sale', () => shop.buy('second'));
          await eventually('the other catalog, which was empty', async () => (await shop.agreeing()) === 2);
          await end('SIGTERM', 'catalog-1');
          await done('backup', backup, ...into);
          const single = ['restore-backup', backup, '--data', join(folder, 'single'), '--catalogs', '1'];
          await refused('does not say what its amounts are of', ...single);
          assert.match(
            await done(...single, '--currency', 'none'),
            `1 books with ${copies - 1} copies, ${orders + 1} orders`,
          );
          assert.ok(await shop.buy('third'), 'the store sells while it is kept');
          assert.is(await shop.stock(), copies - 2);

          await end('SIGTERM', 'catalog-2', 'order-1', 'gateway-1');
          await wipe();
          await nobodyThere();
          const restore = ['restore-backup', backup, '--to', cluster, ...into];
          assert.match(await done(...restore), /The log goes on after that: \d+ batches/);
          shop = await startAll();
          await eventually('all that was acknowledged', async () => (await shop.stock()) === copies - 2);

          await end('SIGTERM', ...NODES);
          await wipe();
          const [, revision] = /"revision":(\d+)/.exec(await etcd.control('get', 'x', '-w', 'json'))!;
          await etcd.control('compact', revision!);
          await refused(/cannot be brought back. --begin-anew restores what the backup has/, ...restore);
          await nobodyThere();
          const source = await openBackup(backup);
          const late = restoreToFile(
            {
              origin: source.origin,
              async *pieces() {
                assert.match(
                  await done(...restore, '--begin-anew'),
                  'left out: orders of that time are lost',
                );
                yield* source.pieces();
              },
            },
            cluster,
            {
              directory: join(folder, 'late'),
              name: 'catalog-1',
              beginsAnew: true,
              timeoutMs: 5_000,
              clock: systemClock,
              random: systemRandom,
            },
          );
          const words = await late.then(
            () => 'restored',
            (error: Error) => error.message,
          );
          assert.match(
            words,
            /^the log of bookshop was begun anew by another restore meanwhile: nothing was restored/,
          );
          assert.equal(await readdir(join(folder, 'late')), [], 'of two restores at once, one is refused');
          shop = await startAll();
          await eventually('what the backup had', async () => (await shop.stock()) === copies - 1);
          assert.ok(await shop.buy('second'));
          assert.is(await shop.stock(), copies - 1, 'a key that the backup had');
          await eventually('equal catalogs', async () => (await shop.agreeing()) === 2);
        } finally {
          for (const { child } of running.values()) child.kill('SIGKILL');
          await Promise.all([...running.values()].map(({ exited }) => exited));
        }
      }),
    ),
  ),
);

test.run();
