import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';

/** Whoever follows the orders sees each once, while processes are killed. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster();
});

test.after(async () => {
  await cluster?.stop();
});

test('orders are told once each and in the order of the log while the leader and the gateway are killed', async () => {
  await cluster.whole();
  const options = { url: cluster.url, token: cluster.adminToken, limits: { callTimeoutMs: 60_000 } };
  const [buyer, follower] = [connect(options), connect(options)];
  try {
    const bought: { orderId: string; version: number }[] = [];
    const buy = async (count: number) => {
      for (let number = 0; number < count; number++) {
        const { orderId, version } = await buyer.purchase({ id: 1, orderId: `followed-${bought.length}` });
        bought.push({ orderId, version });
      }
    };
    const told: { orderId: string; version: number }[] = [];
    const followed = (async () => {
      for await (const { version, order } of follower.events()) {
        told.push({ orderId: order.orderId, version });
        if (order.orderId === 'followed-29') return;
      }
    })();
    await buy(10);
    await cluster.kill(await cluster.leader());
    await buy(10);
    await cluster.kill('gateway-1');
    await buy(10);
    await followed;
    assert.equal(told, bought);
  } finally {
    buyer.close();
    follower.close();
  }
});

test.run();
