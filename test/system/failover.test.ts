import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { assertTold, type Crowd, fillShelf, openCrowd } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { assertSold, buyUnkeyed } from '../support/unkeyed-purchase.ts';

/** Replicas of a real store are killed and paused while a crowd buys from it. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster({ orders: 2 });
  await fillShelf(cluster, BOOKS);
});

test.after(async () => {
  await cluster?.stop();
});

const BOOKS = [1, 2, 3];
/** Milliseconds without a sale that a test allows; a healthy machine needs far less than one second. */
const OUTAGE_LIMIT_MS = 5_000;
const SIGSTOP_MS = 5_000;

/** Does something bad in the midst of a crowd's purchases, and checks all that the crowd was told. */
async function amidPurchases(name: string, work: (crowd: Crowd) => Promise<void>): Promise<void> {
  await cluster.whole();
  const crowd = await openCrowd(cluster, { name, books: BOOKS });
  await crowd.confirms(50);
  await work(crowd);
  await crowd.confirms(50);
  await assertTold(cluster, crowd, name);
}

async function assertShortOutage(crowd: Crowd, what: string, since: number): Promise<void> {
  const outageMs = await crowd.confirmedAfter(since);
  console.log(`\n${what}: ${Math.round(outageMs)} ms to the next sale`);
  assert.ok(outageMs < OUTAGE_LIMIT_MS, `no sale for ${outageMs} ms`);
}

async function killAmidPurchases(what: string, id: string): Promise<void> {
  const { pid } = await cluster.node(id);
  await amidPurchases(what, async (crowd) => {
    await assertShortOutage(crowd, `${what} (${id}) killed`, await cluster.kill(id));
    await eventually(`${id} is back`, async () => {
      const node = await cluster.node(id);
      return node.pid !== pid && node.state === 'ready';
    });
  });
}

async function aFollower(): Promise<string> {
  const { nodes } = await cluster.status();
  return nodes.find(({ role }) => role === 'follower')!.id;
}

test('the leader killed amid purchases costs no order and no copy, and comes back equal', async () => {
  await killAmidPurchases('leader', await cluster.leader());
});

test('a follower killed amid purchases costs no order and no copy, and comes back equal', async () => {
  await killAmidPurchases('follower', await aFollower());
});

test('an order replica killed amid purchases costs no order and no copy', async () => {
  await killAmidPurchases('order', 'order-1');
});

test('an order id retried across the leader’s death takes effect once and gets the first answer', async () => {
  await cluster.whole();
  const stockOf = async (id: number) =>
    (await cluster.request<{ stock: number }>('GET', `/info/${id}?consistency=strong`)).body.stock;
  const before = await stockOf(4);
  const ask = (key: string) =>
    cluster.request('POST', '/purchase', {
      body: { lines: [{ id: 4, quantity: 1 }] },
      headers: { 'idempotency-key': key },
    });
  const keys = Array.from({ length: 30 }, (_, index) => `across-${index}`);
  const leader = await cluster.leader();
  const asked = keys.map(async (key, index) => {
    if (index === keys.length / 2) await cluster.kill(leader);
    return eventually(`an answer to ${key}`, async () => {
      const answer = await ask(key);
      return answer.status < 300 && answer;
    });
  });
  const first = await Promise.all(asked);
  for (const [index, { body }] of first.entries()) {
    const again = await ask(keys[index]!);
    assert.equal([again.status, again.headers.get('idempotent-replayed')], [200, 'true']);
    assert.equal(again.body, body);
  }
  assert.is(await stockOf(4), before - keys.length);
});

test('purchases without a key beside a dying leader are sold; none is given up before its time, and then it is sold when asked again', async () => {
  await cluster.whole();
  const leader = await cluster.leader();
  const purchases = await Promise.all(
    Array.from({ length: 60 }, async (_, turn) => {
      await sleep(turn * 20);
      if (turn === 30) await cluster.kill(leader);
      return buyUnkeyed(cluster, 1 + (turn % 3));
    }),
  );
  for (const purchase of purchases) await assertSold(cluster, purchase);
});

test('a leader paused for five seconds finds another in its place, and follows it as an equal', () =>
  amidPurchases('pause', async (crowd) => {
    const leader = await cluster.leader();
    const since = await cluster.pause(leader);
    await assertShortOutage(crowd, `leader (${leader}) paused`, since);
    await sleep(SIGSTOP_MS);
    const successor = await cluster.leader();
    assert.is.not(successor, leader);
    await cluster.resume(leader);
    await eventually('the old leader follows', async () => (await cluster.node(leader)).role === 'follower');
  }));

test.run();
