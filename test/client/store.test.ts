import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Client, connect } from '../../client/client.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { bazar, start } from './bazar-process.ts';

/** The client against a real store of separate processes. */

let cluster: LauncherCluster;
let client: Client;

test.before(async () => {
  cluster = await startLauncherCluster();
  client = connect({ url: cluster.url, token: cluster.adminToken, limits: { callTimeoutMs: 60_000 } });
});

test.after(async () => {
  client?.close();
  await cluster?.stop();
});

test('every call of the library fits what the store answers', async () => {
  assert.equal(await client.search('Undergraduate School'), [
    { id: 3, title: 'Xen and the Art of Surviving Undergraduate School' },
    { id: 4, title: 'Cooking for the Impatient Undergrad' },
    { id: 7, title: 'Spring in the Pioneer Valley' },
  ]);
  const order = await client.purchase({ lines: [{ id: 1, quantity: 2, price: '10.00' }], orderId: 'cart' });
  assert.is(order.total, '20.00');
  assert.is((await client.purchase({ id: 1, quantity: 2, price: '10.00', orderId: 'cart' })).replayed, true);
  assert.is((await client.info(1, { strong: true })).stock, 98);
  assert.is((await client.order('cart')).status, 'confirmed');
  assert.is((await client.orders({ limit: 1 })).orders.length, 1);
  assert.equal(
    (await client.addBooks([{ id: 1, title: 'T', topic: 't', price: '1', stock: 1 }])).skipped,
    [1],
  );
  const back = await client.cancel('cart', { lines: [{ id: 1 }], restock: false, refund: '1' });
  assert.equal([back.refund, back.status], ['1.00', 'partly-cancelled']);
  const rest = await client.cancel('cart', undefined, { key: 'the-rest' });
  assert.equal([rest.refunded, rest.status], ['11.00', 'cancelled']);
  assert.is((await client.cancel('cart', {}, { key: 'the-rest' })).replayed, true);
  assert.is((await client.updateBook(1, { price: '11.50', restock: 2 })).price, '11.50');
  assert.equal((await client.topics()).topics.length, 2);
  const page = await client.books({ limit: 3 });
  assert.is(page.next, 3);
  const explain = true;
  assert.match((await client.info(1, { explain, strong: true })).via!.join(), /^catalog-[123]$/);
  assert.equal((await client.info(1, { explain })).via, ['gateway-1']);
  for (const read of [
    client.books({}, { explain }),
    client.topics({}, { explain }),
    client.orders({}, { explain }),
  ])
    assert.match((await read).via!.join(), /^catalog-[123]$/);
  assert.match((await client.order('cart', { explain })).via!.join(), /^catalog-[123]$/);
  assert.is((await client.status()).nodes.length, 6);
  assert.is((await client.audit({ limit: 2 })).consistent, true);
});

test('a refused purchase is an error that says what is left to know', async () => {
  const error = await client.purchase({ id: 1, quantity: 5_000, orderId: 'greedy' }).catch((error) => error);
  assert.is(error.code, 'sold-out');
  assert.is(error.outcome, 'refused');
  const recorded = await client.order('greedy');
  assert.is(recorded.status, 'refused');
  assert.is(recorded.code, 'sold-out');
});

test('a gateway killed under purchases and a subscription costs neither a copy nor a change', async () => {
  const filter = { ids: [5] };
  const [present] = await client.subscribe(filter);
  const seen: { stock: number; version: number }[] = [];
  const stopListening = client.onStock((state) => seen.push(state));
  const purchases = Array.from({ length: 40 }, async (_, index) => {
    if (index === 10) await cluster.kill('gateway-1');
    return client.purchase({ id: 5, orderId: `kill-${index}` });
  });
  const orders = await Promise.all(purchases);
  assert.is(new Set(orders.map(({ orderId }) => orderId)).size, 40);
  assert.is((await client.info(5, { strong: true })).stock, present!.stock - 40);
  await eventually('the newest state came', () => seen.at(-1)?.stock === present!.stock - 40);
  const versions = seen.map(({ version }) => version);
  assert.equal(
    versions,
    [...new Set(versions)].sort((a, b) => a - b),
  );
  stopListening();
  await client.unsubscribe(filter);
});

test('the command line imports, watches, buys and audits a real store', () =>
  inTemporaryFolder(async (folder) => {
    const at = ['--url', cluster.url, '--data', cluster.dataDirectory, '--timeout', '60'];
    const file = join(folder, 'books.csv');
    const rows = Array.from(
      { length: 2_500 },
      (_, index) => `${index + 1},"Том ${index + 1}, first",new,7.5,3`,
    );
    await writeFile(file, ['id,title,topic,price,stock', ...rows, ''].join('\r\n'));
    assert.match((await bazar('import', file, ...at)).out, '2500 books read, 2493 added, 7 skipped');
    assert.match((await bazar('import', file, ...at)).out, '2500 books read, 0 added, 2500 skipped');

    const watching = start(['watch', '--json', ...at]);
    await eventually('every book is shown', () => watching.out().split('\n').length > 2_500);
    assert.is((await bazar('buy', '2500', '--quantity', '3', ...at)).code, 0);
    await eventually('the sale is shown', () => watching.out().includes('{"id":2500,"stock":0,'));
    watching.child.kill('SIGINT');
    assert.is((await watching.ended).code, 0);
    assert.is((await bazar('buy', '2500', ...at)).code, 1);

    const audit = await bazar('audit', '--ledger', '--json', ...at);
    assert.is(audit.code, 0, audit.err);
    assert.is(JSON.parse(audit.out).books.length, 2_500);
  }));

test.run();
