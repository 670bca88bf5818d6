import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { book, startScriptedCluster } from './cluster.ts';

const { behindWaitMs } = DEFAULT_LIMITS;

test('a version that the feed has brought needs nothing', async () => {
  const { gateway, followed, asked, answer, clock, end } = await startScriptedCluster();
  followed.write(5, { id: 1 });
  await clock.elapse(10);
  assert.is(gateway.reached(), 5);
  const before = asked.length;
  await answer(gateway.reach(5));
  assert.is(asked.length, before);
  await end();
});

test('a version that is on its way is waited for', async () => {
  const { gateway, followed, asked, clock, end } = await startScriptedCluster();
  const before = asked.length;
  let isReached = false;
  const reaching = gateway.reach(5).then(() => {
    isReached = true;
  });
  await clock.elapse(behindWaitMs / 2);
  assert.not.ok(isReached);
  followed.write(4, { id: 1 });
  await clock.elapse(2);
  assert.not.ok(isReached, 'not all of it has come');
  followed.write(5, { id: 1 });
  await clock.elapse(5);
  await reaching;
  assert.is(asked.length, before, 'nobody was asked');
  await end();
});

test('where the feed is late, no cached answer counts that is older than what a quorum confirms', async () => {
  const cluster = await startScriptedCluster({
    prepare(catalogs) {
      for (const catalog of catalogs) {
        catalog.books.set(1, book(1, { stock: 10 }));
        catalog.applied = 1;
      }
    },
  });
  const { gateway, catalogs, asked, answer, clock, end } = cluster;
  await answer(gateway.book(1));
  assert.is((await answer(gateway.book(1))).cache, 'hit');
  // Sold through another gateway; this one's feed does not tell of it.
  for (const catalog of catalogs) {
    catalog.books.set(1, book(1, { stock: 9, version: 7 }));
    catalog.applied = 7;
  }
  const started = clock.monotonic();
  await answer(gateway.reach(7));
  assert.ok(clock.monotonic() - started >= behindWaitMs);
  const served = await answer(gateway.book(1));
  assert.equal([served.value?.stock, served.cache], [9, 'miss']);
  assert.ok(asked.findLast(({ type }) => type === 'read.book')!.minVersion! >= 7);
  await end();
});

test('a version that no quorum has come to is refused', async () => {
  const { gateway, answer, end } = await startScriptedCluster();
  const error = await answer(gateway.reach(99)).catch((thrown: BazarError) => thrown);
  assert.instance(error, BazarError);
  assert.equal([error!.code, error!.outcome], ['version-unknown', 'none']);
  await end();
});

test('while no quorum is within reach, a version cannot be told from an invented one', async () => {
  const { gateway, catalogs, answer, end } = await startScriptedCluster();
  for (const catalog of catalogs)
    catalog.index = () => {
      throw new BazarError('unavailable');
    };
  const error = await answer(gateway.reach(99)).catch((thrown: BazarError) => thrown);
  assert.is(error?.code, 'unavailable');
  await end();
});

test.run();
