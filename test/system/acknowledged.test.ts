import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRpc } from '../bridge/support.ts';
import { type LauncherCluster, startLauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { assertTold, fillShelf, openCrowd } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** What was acknowledged, or may have been, when the processes that knew of it die. */

const BOOKS = [1, 2, 3];

const PATIENT = ['--limit', 'purchaseDeadlineMs=30000', '--limit', 'submitAttemptMs=30000'];

let cluster: LauncherCluster;

test.before(async () => {
  // Long enough for a purchase to be still under way when everybody is awake again.
  cluster = await startLauncherCluster({ args: PATIENT });
});

test.after(async () => {
  await cluster?.stop();
});

/** Hands a purchase to the gateway; resolves once the order replica that it went to must have it. */
async function handOver(orderId: string): Promise<void> {
  const client = await openRpc(cluster.url);
  const params = { id: 1, quantity: 1, orderId };
  client.sendText(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'purchase', params }));
  // An order replica answers this by the same link, after it has taken the purchase in.
  await eventually('both order replicas answer', async () => {
    const { result } = await client.call('status');
    return result?.nodes?.every(({ kind, state }) => kind !== 'order' || state === 'ready');
  });
}

test('a gateway killed between commit and answer: the retry with the same key gets the recorded order', async () => {
  await cluster.whole();
  const leader = await cluster.leader();
  const followers = ['catalog-1', 'catalog-2', 'catalog-3'].filter((id) => id !== leader);
  for (const follower of followers) await cluster.pause(follower);
  await handOver('in-between');
  await cluster.pause('gateway-1');
  for (const follower of followers) await cluster.resume(follower);
  await cluster.kill('gateway-1');

  const recorded = await eventually('the order is recorded', async () => {
    const answer = await cluster.request('GET', '/orders/in-between');
    return answer.status === 200 && answer;
  });
  const again = await cluster.request('POST', '/purchase', {
    body: { id: 1, quantity: 1 },
    headers: { 'idempotency-key': 'in-between' },
  });
  assert.equal([again.status, again.headers.get('idempotent-replayed')], [200, 'true']);
  assert.equal(again.body, recorded.body);
  const { body } = await cluster.request<{ stock: number }>('GET', '/info/1?consistency=strong');
  assert.is(body.stock, 99);
});

test('the gateway killed amid purchases costs no order and no copy', async () => {
  await fillShelf(cluster, BOOKS);
  const crowd = await openCrowd(cluster, { name: 'gateway', books: BOOKS, buyers: 16 });
  for (let round = 0; round < 2; round++) {
    await crowd.confirms(100);
    const outageMs = await crowd.confirmedAfter(await cluster.kill('gateway-1'));
    console.log(`\ngateway killed: ${Math.round(outageMs)} ms to the next sale`);
  }
  await assertTold(cluster, crowd, 'gateway');
});

test('all processes killed at once and started again: nothing acknowledged is lost', () =>
  inTemporaryFolder(async (dataDirectory) => {
    const first = await startLauncherCluster({ dataDirectory, ownGroup: true });
    try {
      await first.whole();
      await fillShelf(first, BOOKS);
      const crowd = await openCrowd(first, { name: 'power', books: BOOKS, buyers: 16 });
      await crowd.confirms(1_000);
      process.kill(-first.launcher.child.pid!, 'SIGKILL');
      await eventually('the end of all', async () => (await first.running()).length === 0);
      await crowd.scatter();
      await withLauncherCluster({ dataDirectory }, (again) => assertTold(again, crowd, 'power'));
    } finally {
      await first.stop('SIGKILL');
    }
  }));

test.run();
