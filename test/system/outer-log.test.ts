import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chronologyOf } from '../../runtime/trace/chronology.ts';
import { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { assertTold, type Crowd, fillShelf, openCrowd } from '../support/crowd.ts';
import { type TestEtcd, withEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { runLauncher } from '../support/launcher-process.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A real store whose log a real etcd of three members orders; members and catalogs are killed while a crowd buys. */

const BOOKS = [1, 2, 3];
const CATALOGS = ['catalog-1', 'catalog-2', 'catalog-3'];

async function amidPurchases(cluster: LauncherCluster, name: string, work: (crowd: Crowd) => Promise<void>) {
  await cluster.whole();
  const crowd = await openCrowd(cluster, { name, books: BOOKS });
  await crowd.confirms(30);
  await work(crowd);
  await crowd.confirms(30);
  await assertTold(cluster, crowd, name);
}

/** A traced purchase says what the log was asked for, and when it brought it back. */
async function assertTraced(cluster: LauncherCluster): Promise<void> {
  const headers = { 'idempotency-key': 'traced', traceparent: `00-${'4'.repeat(32)}-${'1'.repeat(16)}-01` };
  const bought = await cluster.request('POST', '/purchase', { body: { id: BOOKS[0] }, headers });
  assert.is(bought.status, 201);
  const { body } = await cluster.request('GET', '/orders/traced/trace');
  const told = chronologyOf(TraceAnswer.parse(body)).events.map(({ text }) => text);
  for (const words of [
    /^gathered after /,
    /^gives the batch to the log$/,
    /^the log brings it back/,
    /^applied$/,
  ])
    assert.ok(
      told.some((text) => words.test(text)),
      `${words} in ${told.join('; ')}`,
    );
}

function onEtcd(work: (etcd: TestEtcd, cluster: LauncherCluster) => Promise<void>): Promise<void> {
  return withEtcd({ members: 3 }, async (etcd) => {
    const cluster = await startLauncherCluster({ args: ['--log', addressOf(etcd)] });
    try {
      await work(etcd, cluster);
    } finally {
      await cluster.stop();
    }
  });
}

const addressOf = (etcd: TestEtcd) => `etcd://${etcd.urls.map((url) => new URL(url).host).join(',')}`;

const name = 'over an etcd nothing that was told is lost or sold twice, whatever minority is killed';
test(
  name,
  needs('etcd', name, () =>
    onEtcd(async (etcd, cluster) => {
      await fillShelf(cluster, BOOKS);
      await assertTraced(cluster);
      await amidPurchases(cluster, 'member', async (crowd) => {
        const leader = await etcd.leader();
        await leader.kill();
        await crowd.confirms(30);
        leader.start();
      });
      await amidPurchases(cluster, 'two-catalogs', async (crowd) => {
        await Promise.all([cluster.kill('catalog-1'), cluster.kill('catalog-2')]);
        await crowd.confirms(30);
      });
      await amidPurchases(cluster, 'wiped', async () => cluster.wipe('catalog-3'));
      await amidPurchases(cluster, 'all', async () => {
        await Promise.all(CATALOGS.map((id) => cluster.kill(id)));
      });
    }),
  ),
);

const halted =
  'with a majority of etcd dead reads go on, purchases are refused, and all is well when it is back';
test(
  halted,
  needs('etcd', halted, () =>
    onEtcd(async (etcd, cluster) => {
      const [one, two] = etcd.members;
      await Promise.all([one!.kill(), two!.kill()]);
      const read = await cluster.request('GET', '/info/1');
      assert.is(read.status, 200);
      await eventually('a word of the engine', async () => {
        const { body } = await cluster.request('GET', '/readyz');
        return JSON.stringify(body).includes('No catalog reaches the engine of the log.');
      });
      const sale = await cluster.request<{ outcome: string }>('POST', '/purchase', { body: { id: 1 } });
      assert.is(sale.status, 503);
      assert.ok(['none', 'unknown'].includes(sale.body.outcome), sale.body.outcome);
      one!.start();
      await eventually('a sale', async () => {
        const { status } = await cluster.request('POST', '/purchase', { body: { id: 1 } });
        return status === 201;
      });
    }),
  ),
);

test('a directory goes on with the engine that it was made with', () =>
  inTemporaryFolder(async (folder) => {
    const cluster = await startLauncherCluster({ catalogs: 1, dataDirectory: `${folder}/data` });
    await cluster.stop();
    const { code, stderr } = await runLauncher(['--data', `${folder}/data`, '--log', 'etcd://127.0.0.1:1']);
    assert.is(code, 2);
    assert.match(stderr, 'whose catalogs order the log themselves: start it without --log');
  }));

test('an address of the log that is none is said in one line', async () => {
  const { code, stderr } = await runLauncher(['--log', 'nats://127.0.0.1:4222']);
  assert.is(code, 2);
  assert.match(stderr, '--log (BAZAR_LOG) must be etcd://HOST:PORT');
});

test.run();
