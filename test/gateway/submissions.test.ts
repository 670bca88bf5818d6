import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Result, repeated } from '../../runtime/domain.ts';
import { BazarError, type ErrorCode } from '../../runtime/errors.ts';
import { book, confirmed, refused, type ScriptedCluster, startScriptedCluster } from './cluster.ts';

const cart = [{ id: 1, quantity: 1 }];
const never = () => new Promise<never>(() => {});
const refusing = (code: ErrorCode) => () => {
  throw new BazarError(code);
};

async function failure({ answer }: ScriptedCluster, purchase: Promise<unknown>): Promise<BazarError> {
  const thrown = await answer(purchase.then(() => undefined).catch((error: unknown) => error));
  if (!(thrown instanceof BazarError)) throw new Error('it was answered');
  return thrown;
}

test('purchases take turns over the order replicas, each under a key of its own', async () => {
  const cluster = await startScriptedCluster();
  const taken = [];
  for (let buyer = 0; buyer < 4; buyer++) taken.push(await cluster.answer(cluster.gateway.purchase(cart)));
  assert.equal(taken.map(({ via }) => via[0]).sort(), ['order-1', 'order-1', 'order-2', 'order-2']);
  assert.is(new Set(taken.map(({ key }) => key)).size, 4);
  await cluster.end();
});

test('a refused order is an answer like any other', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) order.submit = ({ command }) => ({ result: refused(command.key, 3) });
  const { result } = await cluster.answer(cluster.gateway.purchase(cart, 'k'));
  assert.equal([result.kind, result.version], ['order', 3]);
  await cluster.end();
});

test('a silent order replica is followed by the next, with the same key and the same request', async () => {
  const cluster = await startScriptedCluster();
  const [first, second] = cluster.orders;
  first!.submit = never;
  const begin = cluster.clock.monotonic();
  const { via, key } = await cluster.answer(cluster.gateway.purchase(cart));
  assert.equal(via, ['order-2']);
  const [asked] = first!.submitted;
  assert.is(asked!.once, true, 'nobody has asked for it before, and nobody else knows its key');
  assert.equal(second!.submitted, [repeated(asked!)]);
  assert.is(second!.submitted[0]!.key, key);
  assert.ok(cluster.clock.monotonic() - begin >= 1_500);
  // It is not asked first again at once.
  first!.submitted.length = 0;
  await cluster.answer(cluster.gateway.purchase(cart));
  await cluster.answer(cluster.gateway.purchase(cart));
  assert.is(first!.submitted.length, 0);
  await cluster.end();
});

test('a silent order replica that answers after all is heard, though another was asked meanwhile', async () => {
  const cluster = await startScriptedCluster();
  const { clock, gateway, orders } = cluster;
  const [first, second] = orders;
  first!.submit = async ({ command }) => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 2_000));
    return { result: confirmed(command.key, 9) };
  };
  second!.submit = never;
  const begin = clock.monotonic();
  const { via, result } = await cluster.answer(gateway.purchase(cart));
  assert.equal([via[0], result.version], ['order-1', 9]);
  assert.is(second!.submitted.length, 1);
  assert.ok(clock.monotonic() - begin < 2_200);
  await cluster.end();
});

test('a refusal without record does not count once another order replica was asked, which may sell', async () => {
  const cluster = await startScriptedCluster();
  const { clock, gateway, orders } = cluster;
  const [first, second] = orders;
  const after = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  first!.submit = async ({ command }) => {
    await after(1_700);
    return { result: { ...refused(command.key, 3), unrecorded: true } as Result };
  };
  second!.submit = async ({ command }) => {
    await after(600);
    return { result: confirmed(command.key, 9) };
  };
  const { via, result } = await cluster.answer(gateway.purchase(cart));
  assert.equal([via[0], result.version], ['order-2', 9]);
  await cluster.end();
});

test('a refusal without record is an answer where nobody else was asked', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) {
    order.submit = ({ command }) => ({ result: { ...refused(command.key, 3), unrecorded: true } as Result });
  }
  const { result } = await cluster.answer(cluster.gateway.purchase(cart));
  assert.is(result.kind === 'order' && result.order.status, 'refused');
  await cluster.end();
});

test('only a key that the gateway made itself is nobody else’s', async () => {
  const cluster = await startScriptedCluster();
  await cluster.answer(cluster.gateway.purchase(cart, 'k'));
  await cluster.answer(cluster.gateway.updateBook(1, { restock: 1 }, 'r'));
  await cluster.answer(cluster.gateway.updateBook(1, { restock: 1 }));
  const submitted = cluster.orders.flatMap((order) => order.submitted);
  const made = submitted.filter(({ once }) => once).map(({ kind, key }) => [kind, key === 'r']);
  assert.equal(made, [['updateBook', false]]);
  await cluster.end();
});

test('an order replica whose link drops is followed by the next at once', async () => {
  const cluster = await startScriptedCluster();
  const [first] = cluster.orders;
  first!.submit = never;
  const purchase = cluster.gateway.purchase(cart, 'k');
  await cluster.until(() => first!.submitted.length === 1);
  const begin = cluster.clock.monotonic();
  await first!.leave();
  assert.is((await cluster.answer(purchase)).via[0], 'order-2');
  assert.ok(cluster.clock.monotonic() - begin < 100);
  await cluster.end();
});

test('an order replica that is draining or overloaded is followed by the next at once', async () => {
  for (const code of ['draining', 'overloaded', 'unavailable'] as const) {
    const cluster = await startScriptedCluster();
    cluster.orders[0]!.submit = refusing(code);
    assert.is((await cluster.answer(cluster.gateway.purchase(cart))).via[0], 'order-2');
    assert.is(cluster.orders[1]!.submitted[0]!.once, true, 'the first surely proposed nothing');
    await cluster.end();
  }
});

test('when no order replica took it, the purchase is unavailable and certainly did not happen', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) order.submit = refusing('unavailable');
  const begin = cluster.clock.monotonic();
  const error = await failure(cluster, cluster.gateway.purchase(cart, 'k'));
  assert.equal([error.code, error.outcome, error.details.key], ['unavailable', 'none', 'k']);
  assert.ok(cluster.clock.monotonic() - begin <= 3_010);
  await cluster.end();
});

test('when nobody is there at all, it did not happen either', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) await order.leave();
  await cluster.clock.elapse(20);
  assert.is((await failure(cluster, cluster.gateway.purchase(cart))).outcome, 'none');
  await cluster.end();
});

test('once an order replica may have taken it, the outcome stays unknown whatever others say', async () => {
  for (const later of ['unavailable', 'draining', 'outcome-unknown', 'invalid-request'] as const) {
    const cluster = await startScriptedCluster();
    const [first, second] = cluster.orders;
    first!.submit = never;
    second!.submit = refusing(later);
    const begin = cluster.clock.monotonic();
    const error = await failure(cluster, cluster.gateway.purchase(cart, 'k'));
    assert.equal([error.code, error.outcome, error.details.key], ['outcome-unknown', 'unknown', 'k']);
    assert.ok(cluster.clock.monotonic() - begin <= 3_010);
    await cluster.end();
  }
});

test('an unknown outcome becomes known when a later attempt is answered within the deadline', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) {
    order.submit = ({ command }) => {
      if (order.submitted.length === 1) throw new BazarError('outcome-unknown');
      return { result: confirmed(command.key, 9) };
    };
  }
  const { result } = await cluster.answer(cluster.gateway.purchase(cart));
  assert.is(result.version, 9);
  await cluster.end();
});

test('a request that every order replica would refuse is refused by the first', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) order.submit = refusing('invalid-request');
  assert.is((await failure(cluster, cluster.gateway.purchase(cart))).code, 'invalid-request');
  assert.is(cluster.orders.flatMap(({ submitted }) => submitted).length, 1);
  await cluster.end();
});

test('where no disk has room the first order replica decides; after one that may have taken it that is unknown, at once', async () => {
  for (const [before, code, outcome] of [
    ['disk-full', 'disk-full', 'none'],
    ['outcome-unknown', 'outcome-unknown', 'unknown'],
  ] as const) {
    const cluster = await startScriptedCluster();
    const [first, second] = cluster.orders;
    first!.submit = refusing(before);
    second!.submit = refusing('disk-full');
    const begin = cluster.clock.monotonic();
    const error = await failure(cluster, cluster.gateway.purchase(cart, 'k'));
    assert.equal([error.code, error.outcome, error.details.key], [code, outcome, 'k']);
    assert.match(error.message, 'The disks of the store are full');
    assert.ok(cluster.clock.monotonic() - begin < 100);
    await cluster.end();
  }
});

test('an updated book is in the memory before the answer is out', async () => {
  const cluster = await startScriptedCluster();
  for (const order of cluster.orders) {
    order.submit = () => ({
      result: { kind: 'updated', book: book(1, { price: 5, version: 8 }), version: 8, replayed: false },
    });
  }
  await cluster.answer(cluster.gateway.updateBook(1, { price: 5 }));
  const served = await cluster.answer(cluster.gateway.book(1));
  assert.equal([served.cache, served.value?.price], ['hit', 5]);
  await cluster.end();
});

test('added books are found under their id and their topic at once', async () => {
  const cluster = await startScriptedCluster();
  const { gateway, catalogs, orders } = cluster;
  assert.is((await cluster.answer(gateway.book(1))).value, null);
  assert.equal((await cluster.answer(gateway.search('tests'))).value.books, []);
  for (const order of orders) {
    order.submit = () => ({
      result: { kind: 'added', added: [1], skipped: [], version: 6, replayed: false },
    });
  }
  await cluster.answer(gateway.addBooks([{ title: 'Book 1', topic: 'Tests', price: 1, stock: 1 }]));
  catalogs[2]!.write(6, { id: 1 });
  assert.is((await cluster.answer(gateway.book(1))).value?.id, 1);
  assert.is((await cluster.answer(gateway.search('tests'))).value.books.length, 1);
  await cluster.end();
});

test.run();
