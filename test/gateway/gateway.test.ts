import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { book, confirmed, startScriptedCluster } from './cluster.ts';

test('the status tells of every node, and of one that is gone that it is unreachable and where it was', async () => {
  const cluster = await startScriptedCluster();
  const before = await cluster.answer(cluster.gateway.status());
  assert.equal(
    before.nodes.map(({ id, state }) => `${id} ${state}`),
    [
      'catalog-1 ready',
      'catalog-2 ready',
      'catalog-3 ready',
      'order-1 ready',
      'order-2 ready',
      'gateway-1 ready',
    ],
  );
  assert.is(before.leader, 'catalog-1');
  assert.is(before.cache.kind, 'memory');
  await cluster.catalogs[0]!.leave();
  await cluster.clock.elapse(20);
  const after = await cluster.answer(cluster.gateway.status());
  const [gone] = after.nodes;
  assert.equal([gone!.state, gone!.pid, gone!.url], ['unreachable', 2, before.nodes[0]!.url]);
  assert.is(after.leader, null);
  await cluster.end();
});

test('the status does not wait for a node that does not answer', async () => {
  const cluster = await startScriptedCluster();
  cluster.network.onTheWay = (frame) => (frame.includes('"status"') ? [] : [frame]);
  const begin = cluster.clock.monotonic();
  const { nodes } = await cluster.answer(cluster.gateway.status());
  assert.is(nodes.filter(({ state }) => state === 'unreachable').length, 5);
  assert.ok(cluster.clock.monotonic() - begin <= 400);
  await cluster.end();
});

test('an audit finds equal catalogs equal, and gives the ledger page by page', async () => {
  const cluster = await startScriptedCluster({
    prepare(catalogs) {
      for (const catalog of catalogs) {
        catalog.applied = 5;
        for (const id of [1, 2, 3]) catalog.books.set(id, book(id));
      }
    },
  });
  const first = await cluster.answer(cluster.gateway.audit({ limit: 2 }));
  assert.is(first.consistent, true);
  assert.equal([first.books.length, first.next], [2, 2]);
  const rest = await cluster.answer(cluster.gateway.audit({ after: 2, limit: 2 }));
  assert.equal([rest.books.length, rest.next], [1, null]);
  await cluster.catalogs[1]!.leave();
  await cluster.clock.elapse(20);
  const without = await cluster.answer(cluster.gateway.audit({ limit: 0 }));
  assert.is(without.consistent, true);
  assert.equal(without.catalogs[1], { id: 'catalog-2', state: 'absent' });
  await cluster.end();
});

test('an audit waits for a catalog that is behind, but not for ever', async () => {
  const cluster = await startScriptedCluster();
  const [first, second, third] = cluster.catalogs;
  first!.applied = 9;
  second!.applied = 9;
  third!.applied = 7;
  const audit = cluster.gateway.audit({ limit: 0 });
  await cluster.clock.elapse(1_000);
  third!.applied = 9;
  assert.is((await cluster.answer(audit)).consistent, true);
  third!.applied = 8;
  const begin = cluster.clock.monotonic();
  assert.is((await cluster.answer(cluster.gateway.audit({ limit: 0 }))).consistent, false);
  assert.ok(cluster.clock.monotonic() - begin < 3_000);
  await cluster.end();
});

test('an audit finds a difference', async () => {
  const cluster = await startScriptedCluster();
  cluster.catalogs[1]!.books.set(1, book(1));
  assert.is((await cluster.answer(cluster.gateway.audit({ limit: 0 }))).consistent, false);
  await cluster.end();
});

test('a gateway is ready while a quorum of catalogs can be reached', async () => {
  const cluster = await startScriptedCluster();
  assert.is(cluster.gateway.whyUnready(), undefined);
  await cluster.catalogs[0]!.leave();
  await cluster.clock.elapse(20);
  assert.is(cluster.gateway.whyUnready(), undefined);
  await cluster.catalogs[1]!.leave();
  await cluster.clock.elapse(20);
  assert.is(cluster.gateway.whyUnready(), 'No quorum of catalogs is within reach.');
  assert.is(cluster.gateway.state, 'catching-up');
  await cluster.end();
});

test('a node is down only where the launcher knows of no process', async () => {
  const cluster = await startScriptedCluster();
  for (const catalog of cluster.catalogs) await catalog.leave();
  await cluster.clock.elapse(20);
  cluster.gateway.setProcesses([
    { id: 'catalog-1', pid: 41 },
    { id: 'catalog-2', reason: 'SIGKILL' },
  ]);
  const first = (await cluster.answer(cluster.gateway.status())).nodes.slice(0, 3);
  assert.equal(
    first.map(({ state, pid, reason }) => [state, pid, reason]),
    [
      ['unreachable', 41, 'there is no link to it'],
      ['down', undefined, 'SIGKILL'],
      ['unreachable', undefined, 'there is no link to it'],
    ],
  );
  cluster.gateway.setProcesses([
    { id: 'catalog-1', reason: 'code 1' },
    { id: 'catalog-2', pid: 42 },
  ]);
  const [one, two] = (await cluster.answer(cluster.gateway.status())).nodes;
  assert.equal([one!.state, two!.state, two!.pid], ['down', 'unreachable', 42]);
  cluster.gateway.setProcesses([{ id: 'catalog-1', pid: 43, reason: 'No space left on device' }]);
  const [again] = (await cluster.answer(cluster.gateway.status())).nodes;
  assert.equal(
    [again!.state, again!.pid, again!.reason],
    ['unreachable', 43, 'it is started again after: No space left on device'],
  );
  await cluster.end();
});

test('the version is null until a quorum has confirmed one, and never goes back after that', async () => {
  let isConfirmed = false;
  const cluster = await startScriptedCluster({
    settled: false,
    prepare(catalogs) {
      for (const catalog of catalogs) {
        catalog.applied = 9;
        catalog.index = () => {
          if (!isConfirmed) throw new BazarError('not-leader');
          return 9;
        };
      }
    },
  });
  await cluster.clock.elapse(100);
  const before = await cluster.answer(cluster.gateway.status());
  assert.is(before.version, null);
  isConfirmed = true;
  await cluster.until(() => cluster.gateway.whyUnready() === undefined);
  const after = await cluster.answer(cluster.gateway.status());
  assert.equal([after.version, after.boot], [9, before.boot]);
  await cluster.end();
});

test('a gateway is not ready before the first books are in', async () => {
  const cluster = await startScriptedCluster({ filled: false, settled: false });
  await cluster.until(() => cluster.gateway.state === 'ready');
  await cluster.clock.elapse(100);
  assert.is(cluster.gateway.whyUnready(), 'The first books are not in yet.');
  cluster.gateway.fill();
  assert.is(cluster.gateway.whyUnready(), undefined);
  await cluster.end();
});

for (const [isOrderedOutside, why] of [
  [false, 'No catalog hears a leader.'],
  [true, 'No catalog reaches the engine of the log.'],
] as const)
  test(`a gateway whose catalogs are cut off from the log is not ready: ${why}`, async () => {
    const cluster = await startScriptedCluster({ isOrderedOutside });
    for (const catalog of cluster.catalogs) {
      catalog.alive = () => ({ index: 0, silentMs: null, boot: null });
      catalog.followed = () => {
        throw new BazarError('unavailable');
      };
    }
    await cluster.clock.elapse(2_500);
    assert.is(cluster.gateway.whyUnready(), why);
    await cluster.end();
  });

test('a draining gateway says so, and what it has in flight is answered', async () => {
  const cluster = await startScriptedCluster();
  let decide = () => {};
  for (const order of cluster.orders) {
    order.submit = ({ command }) =>
      new Promise((resolve) => {
        decide = () => resolve({ result: confirmed(command.key, 6) });
      });
  }
  const purchase = cluster.gateway.purchase([{ id: 1, quantity: 1 }]);
  await cluster.clock.elapse(10);
  cluster.gateway.drain();
  assert.is(cluster.gateway.whyUnready() === undefined, false);
  assert.is(cluster.gateway.state, 'draining');
  decide();
  assert.is((await cluster.answer(purchase)).result.version, 6);
  await cluster.end();
});

test('stopping ends what still waits', async () => {
  const cluster = await startScriptedCluster({ settled: false });
  const read = cluster.gateway.book(1).catch((error) => error.code);
  await cluster.end();
  assert.is(await read, 'unavailable');
});

test.run();
