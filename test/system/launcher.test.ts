import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { runLauncher } from '../support/launcher-process.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** `npm start` as a user meets it: real processes, real disks. */

interface Shelf {
  readonly books: readonly { readonly id: number; readonly stock: number; readonly price: string }[];
}

const buy = (cluster: LauncherCluster, orderId: string) =>
  cluster.request('POST', '/purchase', {
    body: { id: 1, quantity: 1 },
    headers: { 'idempotency-key': orderId },
  });
const CSV = 'id,title,topic,price,stock\n11,Dune,novels,9.99,4\n12,"Emma, again",novels,5,0\n';

test('bad options end with code 2, one line, and nothing written', () =>
  inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data');
    await writeFile(join(folder, 'bad.csv'), `${CSV}13,Odd,novels,-1,1\n`);
    const attempts = [
      [['--catalogs', '8'], 'from 1 to 7'],
      [['--frobnicate'], '--frobnicate'],
      [['--books', join(folder, 'bad.csv')], 'bad.csv: line 4'],
      [['--books', join(folder, 'none.csv')], 'none.csv'],
    ] as const;
    for (const [args, message] of attempts) {
      const { code, stdout, stderr } = await runLauncher(['--data', data, ...args]);
      assert.equal([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, message);
      assert.match(stderr, /^bazar: [^\n]+\n$/);
    }
    assert.not(existsSync(data));
  }));

test('help lists the options and ends with code 0', async () => {
  const { code, stdout } = await runLauncher(['--help']);
  assert.is(code, 0);
  assert.match(stdout, 'BAZAR_CATALOGS');
});

test('the first start sells the sample books, a later one what was left, in the same data directory', () =>
  inTemporaryFolder(async (dataDirectory) => {
    const first = await startLauncherCluster({ dataDirectory });
    try {
      assert.match(first.readyLine, /^ready http:\/\/127\.0\.0\.1:\d+ .*ws:\/\/127\.0\.0\.1:\d+\/ws /);
      assert.match(first.readyLine, "3 catalogs, 2 orders, 1 gateway; cache: the gateway's own memory");
      assert.match(first.readyLine, '7 books put in');
      assert.is((await buy(first, 'first')).status, 201);

      const second = await runLauncher(['--data', dataDirectory, '--port', '0']);
      assert.is(second.code, 2);
      assert.match(second.stderr, `in use by another launcher (process ${first.launcher.child.pid})`);
    } finally {
      assert.is(await first.stop('SIGTERM'), 0);
    }
    assert.equal(await first.running(), []);

    const other = await runLauncher(['--data', dataDirectory, '--port', '0', '--catalogs', '5']);
    assert.is(other.code, 2);
    assert.match(other.stderr, 'made with 3 catalogs');

    const file = join(dataDirectory, 'more.csv');
    await writeFile(file, CSV);
    await withLauncherCluster({ dataDirectory, args: ['--books', file] }, async (again) => {
      assert.match(again.readyLine, 'more.csv ignored, since the store is not empty');
      const { body } = await again.request<Shelf>('GET', '/info?limit=100');
      assert.equal(
        body.books.map(({ stock }) => stock),
        [99, 100, 100, 100, 100, 100, 100],
      );
      const replay = await buy(again, 'first');
      assert.equal([replay.status, replay.headers.get('idempotent-replayed')], [200, 'true']);
    });
  }));

test('an empty store is filled with the books of a file instead of the samples', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'books.csv');
    await writeFile(file, CSV);
    await withLauncherCluster({ catalogs: 1, orders: 1, args: ['--books', file] }, async (cluster) => {
      assert.match(cluster.readyLine, '2 books put in; warning: one catalog is the only copy');
      const { body } = await cluster.request<Shelf>('GET', '/info?limit=100');
      assert.equal(
        body.books.map(({ id, price, stock }) => [id, price, stock]),
        [
          [11, '9.99', 4],
          [12, '5.00', 0],
        ],
      );
    });
  }));

test('with two catalogs the ready line says what they cannot survive', () =>
  withLauncherCluster({ catalogs: 2, orders: 1 }, async (cluster) => {
    assert.match(cluster.readyLine, 'warning: purchases need both catalogs');
    assert.is((await buy(cluster, 'two')).status, 201);
  }));

const orphans = 'a launcher that is killed leaves no process behind, not even its Redis';
test(
  orphans,
  needs('redis-server', orphans, () =>
    withLauncherCluster({ redis: 'private' }, async (cluster) => {
      assert.match(cluster.readyLine, 'cache: a private redis-server');
      await cluster.whole();
      assert.is((await cluster.running()).length, 6);
      cluster.launcher.child.kill('SIGKILL');
      await eventually('the end of all', async () => (await cluster.running()).length === 0);
      const launcher = await cluster.launcher.exited;
      assert.is(launcher, null);
    }),
  ),
);

test('Ctrl-C, which reaches every process at once, drains: what was asked before it is answered', async () => {
  const cluster = await startLauncherCluster({ ownGroup: true });
  try {
    await cluster.whole();
    const purchases = Array.from({ length: 50 }, (_, index) => buy(cluster, `cart-${index}`));
    await Promise.race(purchases);
    process.kill(-cluster.launcher.child.pid!, 'SIGINT');
    const answers = await Promise.allSettled(purchases);
    const sold = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 201);
    assert.ok(sold.length > 0);
    for (const answer of answers) {
      if (answer.status === 'fulfilled') assert.ok([201, 503].includes(answer.value.status));
    }
    assert.is(await cluster.launcher.exited, 0);
    assert.equal(await cluster.running(), []);
  } finally {
    await cluster.stop('SIGKILL');
  }
});

test('a second Ctrl-C does not wait for a process that is stuck', async () => {
  const cluster = await startLauncherCluster({ catalogs: 1, orders: 1, args: ['--limit', 'drainMs=60000'] });
  try {
    await cluster.pause('catalog-1');
    cluster.launcher.child.kill('SIGINT');
    await eventually('draining', () => cluster.launcher.said.stderr.includes('finishing what is in flight'));
    const forced = setInterval(() => cluster.launcher.child.kill('SIGINT'), 700);
    await cluster.launcher.exited;
    clearInterval(forced);
    assert.equal(await cluster.running(), []);
  } finally {
    await cluster.stop('SIGKILL');
  }
});

test.run();
