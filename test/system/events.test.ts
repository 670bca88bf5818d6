import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import type { EventAnswer } from '../../runtime/event-answers.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** Whoever follows orders and books sees each change once, while processes are killed. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster();
});

test.after(async () => {
  await cluster?.stop();
});

/** A browser's `EventSource`: events until `isLast`, over as many connections as it takes. Returns them and that number. */
async function followByHttp(isLast: (event: EventAnswer) => boolean) {
  const told: EventAnswer[] = [];
  const headers = { authorization: `Bearer ${cluster.adminToken}`, accept: 'text/event-stream' };
  for (let connections = 1; ; connections++) {
    const last = told.at(-1)?.id;
    const goesOn: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
    const address = `${cluster.url}/events?since=0&types=order,book,stock`;
    const answer = await eventually('the stream opens', async () => {
      const opened = await fetch(address, { headers: { ...headers, ...goesOn } });
      return opened.status === 200 && opened;
    });
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const piece of answer.body!) {
        const blocks = (text + decoder.decode(piece, { stream: true })).split('\n\n');
        text = blocks.pop()!;
        for (const [, data] of blocks.join('\n').matchAll(/^data: (.*)$/gm)) {
          told.push(JSON.parse(data!));
          if (isLast(told.at(-1)!)) return { told, connections };
        }
      }
    } catch {
      // It was cut off in the middle, perhaps of an event.
    }
  }
}

test('orders and books are told once each and in the order of the log while the leader and the gateway are killed', async () => {
  await cluster.whole();
  const options = { url: cluster.url, token: cluster.adminToken, limits: { callTimeoutMs: 60_000 } };
  const [buyer, follower] = [connect(options), connect(options)];
  try {
    const done: string[] = [];
    const buy = async (count: number) => {
      for (let number = 0; number < count; number++) {
        const { orderId, version } = await buyer.purchase({ id: 1, orderId: `followed-${done.length}` });
        done.push(`${version} ${orderId}`);
        if (number % 5 > 0) continue;
        const changed = await buyer.updateBook(2, { price: `${100 + done.length}.00` });
        done.push(`${changed.version} book 2`);
      }
    };
    const isLast = (event: EventAnswer) => event.type === 'order' && event.order.orderId === 'the-last';
    const byHttp = followByHttp(isLast);
    const pushed: string[] = [];
    const followed = (async () => {
      for await (const { version, order } of follower.events()) {
        if (order.orderId === 'the-last') return;
        pushed.push(`${version} ${order.orderId}`);
      }
    })();
    await buy(10);
    await cluster.kill(await cluster.leader());
    await buy(10);
    await cluster.kill('gateway-1');
    await buy(10);
    await buyer.purchase({ id: 1, orderId: 'the-last' });
    await followed;
    const ofOrders = done.filter((name) => !name.includes('book'));
    assert.equal(pushed, ofOrders);

    const { told, connections } = await byHttp;
    assert.ok(connections > 1);
    const ids = told.map(({ id }) => id);
    assert.is(new Set(ids).size, ids.length);
    const versions = told.map(({ version }) => version);
    assert.equal(
      versions,
      [...versions].sort((one, other) => one - other),
    );
    const changes = told.flatMap((event) => {
      if (event.type === 'order') return [`${event.version} ${event.order.orderId}`];
      return event.type === 'book' && event.what !== 'added'
        ? [`${event.version} book ${event.book.id}`]
        : [];
    });
    assert.equal(changes.slice(0, -1), done);
    const stocks = told.flatMap((event) =>
      event.type === 'stock' && event.book.id === 2 ? [event.book.price] : [],
    );
    assert.is(stocks.at(-1), (await buyer.info(2, { strong: true })).price);
  } finally {
    buyer.close();
    follower.close();
  }
});

test.run();
