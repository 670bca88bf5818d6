import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { KeyValueServer } from '../../gateway/cache/key-value-server.ts';
import { createRemoteCache } from '../../gateway/cache/remote-cache.ts';
import { BazarError } from '../../runtime/errors.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { simulatedRedis } from '../simulation/redis.ts';
import {
  book,
  confirmed,
  refused,
  type ScriptedCatalog,
  type ScriptedCluster,
  startScriptedCluster,
} from './cluster.ts';

/** The same book, the same index, on every catalog. */
function fill(catalogs: readonly ScriptedCatalog[], applied = 5): void {
  for (const catalog of catalogs) {
    catalog.books.set(1, book(1));
    catalog.applied = applied;
  }
}

const reads = ({ asked }: ScriptedCluster) => asked.filter(({ type }) => type === 'read.book');

test('a book is read from a catalog once, and then from the memory', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const first = await cluster.answer(cluster.gateway.book(1));
  assert.is(first.cache, 'miss');
  assert.match(first.servedBy, /^catalog-/);
  assert.is(first.value?.title, 'Book 1');
  assert.is(first.version, 1);
  await cluster.clock.elapse(2_500);
  const second = await cluster.answer(cluster.gateway.book(1));
  assert.is(second.cache, 'hit');
  assert.is(second.servedBy, 'gateway-1');
  assert.is(second.ageSeconds, 0, 'a live feed keeps it current');
  assert.is(reads(cluster).length, 1);
  await cluster.end();
});

test('a missing book is cached as missing until it is added', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  assert.is((await cluster.answer(cluster.gateway.book(9))).value, null);
  assert.is((await cluster.answer(cluster.gateway.book(9))).cache, 'hit');
  for (const catalog of cluster.catalogs) catalog.write(6, { id: 9 });
  await cluster.clock.elapse(5);
  const found = await cluster.answer(cluster.gateway.book(9));
  assert.is(found.cache, 'miss');
  assert.is(found.value?.id, 9);
  await cluster.end();
});

test('a topic is searched in any case, and anew when a book has come to it', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  assert.equal((await cluster.answer(cluster.gateway.search('TESTS'))).value.books, [
    { id: 1, title: 'Book 1' },
  ]);
  assert.is((await cluster.answer(cluster.gateway.search('tests'))).cache, 'hit');
  for (const catalog of cluster.catalogs) catalog.write(6, { id: 2, added: 6 });
  await cluster.clock.elapse(5);
  const after = await cluster.answer(cluster.gateway.search('Tests'));
  assert.is(after.cache, 'miss');
  assert.is(after.value.books.length, 2);
  await cluster.end();
});

test('the feed makes a cached book current, without another read', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  cluster.followed.write(6, { id: 1, stock: 3, price: 1500 });
  await cluster.clock.elapse(5);
  const { value, cache, version } = await cluster.answer(cluster.gateway.book(1));
  assert.is(cache, 'hit');
  assert.is(version, 6);
  assert.equal([value?.stock, value?.price], [3, 1500]);
  assert.is(reads(cluster).length, 1);
  await cluster.end();
});

test('a catalog of an earlier version tells the events of orders, and is not believed to tell any others', async () => {
  const cluster = await startScriptedCluster({
    prepare(catalogs) {
      const result = confirmed('o-1', 4);
      for (const catalog of catalogs) if (result.kind === 'order') catalog.orders.set('o-1', result.order);
      fill(catalogs);
    },
  });
  const query = { since: { version: 0 }, every: true, limit: 10 };
  const { value } = await cluster.answer(cluster.gateway.changes({ ...query, types: ['order'] }));
  assert.equal(
    value.changes.map(({ type, version }) => [type, version]),
    [['order', 4]],
  );
  const more = cluster.gateway.changes({ ...query, types: ['order', 'stock'] });
  const error = await cluster.answer(more.catch((thrown) => thrown as BazarError));
  assert.ok(error instanceof BazarError && error.code === 'not-yet');
  assert.match(error.message, /^catalog-\d tells of orders only/);
  await cluster.end();
});

test('reads of one book that come together are one', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const all = Array.from({ length: 100 }, () => cluster.gateway.book(1));
  const served = await cluster.answer(Promise.all(all));
  assert.is(reads(cluster).length, 1);
  assert.ok(served.every(({ value }) => value?.stock === 10));
  await cluster.end();
});

test('a reader that comes after a purchase takes no part in an older read', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders } = cluster;
  // The read under way was answered before the purchase, and its answer is slow to come.
  for (const catalog of catalogs)
    catalog.beforeRead = () => new Promise((resolve) => cluster.clock.setTimeout(resolve, 100));
  const early = gateway.book(1);
  for (const order of orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }]));
  const late = gateway.book(1);
  await cluster.clock.elapse(150);
  for (const catalog of catalogs) {
    catalog.books.set(1, book(1, { stock: 9, version: 6 }));
    catalog.applied = 6;
  }
  assert.is((await cluster.answer(early)).value?.stock, 10);
  const served = await cluster.answer(late);
  assert.is(served.value?.stock, 9);
  assert.is(reads(cluster).at(-1)?.minVersion, 6);
  await cluster.end();
});

test('nobody is shown the stock from before a purchase that was acknowledged, cached or not', async () => {
  for (const decide of [confirmed, refused]) {
    const cluster = await startScriptedCluster({ prepare: fill });
    const { gateway, catalogs, orders } = cluster;
    await cluster.answer(gateway.book(1));
    for (const order of orders) order.submit = ({ command }) => ({ result: decide(command.key, 6) });
    await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }]));
    // One catalog has it, the others are behind, and the feed has not told it yet.
    catalogs[1]!.books.set(1, book(1, { stock: 0, version: 6 }));
    catalogs[1]!.applied = 6;
    const served = await cluster.answer(gateway.book(1));
    assert.is(served.servedBy, 'catalog-2');
    assert.is(served.value?.stock, 0);
    await cluster.end();
  }
});

test('an answer that is older than it was asked to be counts for nothing', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders } = cluster;
  for (const order of orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }]));
  for (const catalog of catalogs.slice(0, 2)) catalog.careless = true;
  catalogs[2]!.books.set(1, book(1, { stock: 9, version: 6 }));
  catalogs[2]!.applied = 6;
  assert.is((await cluster.answer(gateway.book(1))).servedBy, 'catalog-3');
  await cluster.end();
});

test('a read does not show what another read was past when it was answered', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, clock } = cluster;
  // One catalog is behind and slow, and was asked before the others had the change.
  catalogs.forEach((catalog) => {
    catalog.beforeRead = () => new Promise((resolve) => clock.setTimeout(resolve, 100));
  });
  const early = gateway.book(1);
  await cluster.until(() => reads(cluster).length === 1);
  for (const catalog of catalogs.filter(({ id }) => id !== reads(cluster)[0]!.by)) {
    catalog.beforeRead = () => {};
    catalog.books.set(1, book(1, { stock: 9, version: 6 }));
    catalog.applied = 6;
  }
  assert.is((await cluster.answer(gateway.book(1, { strong: true }))).version, 6);
  assert.is((await cluster.answer(early)).version, 6);
  assert.is(reads(cluster).length, 2);
  await cluster.end();
});

test('versions of a book never go back, even after the memory has dropped it', async () => {
  const cluster = await startScriptedCluster({ prepare: fill, limits: { cacheEntries: 1 } });
  const { gateway, catalogs } = cluster;
  const ahead = catalogs[1]!;
  ahead.books.set(1, book(1, { stock: 9, version: 6 }));
  ahead.applied = 6;
  let seen = 0;
  for (let read = 0; read < 6; read++) {
    const { version } = await cluster.answer(gateway.book(1));
    assert.ok(version >= seen, `version ${version} after ${seen}`);
    seen = version;
    await cluster.answer(gateway.book(100 + read));
  }
  assert.is(seen, 6);
  await cluster.end();
});

test('reads go on with any one catalog dead, and with all but one', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  for (const catalog of cluster.catalogs.slice(0, 2)) {
    await catalog.leave();
    await cluster.clock.elapse(50);
    for (let id = 1; id < 6; id++) assert.ok(await cluster.answer(cluster.gateway.book(id)));
    assert.is((await cluster.answer(cluster.gateway.order('x'))).value, null);
    assert.is((await cluster.answer(cluster.gateway.books({ limit: 10 }))).value.books.length, 1);
  }
  assert.is(cluster.gateway.whyUnready() === undefined, false);
  await cluster.end();
});

test('a read that no catalog can answer fails at its deadline, as not available', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  for (const catalog of cluster.catalogs) {
    catalog.beforeRead = () => {
      throw new BazarError('behind');
    };
  }
  const begin = cluster.clock.monotonic();
  const error = await cluster.answer(cluster.gateway.book(1).catch((thrown) => thrown));
  assert.is(error.code, 'unavailable');
  assert.is(error.outcome, 'none');
  assert.ok(cluster.clock.monotonic() - begin <= 3_010);
  await cluster.end();
});

test('a strong read goes past every cache and is asked for as such', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  const { cache } = await cluster.answer(cluster.gateway.book(1, { strong: true }));
  assert.is(cache, 'bypass');
  assert.equal(
    reads(cluster).map(({ strong }) => strong),
    [false, true],
  );
  await cluster.end();
});

test('strong reads of a book write it to the remote cache once for each state of the store', async () => {
  const written: number[] = [];
  const cluster = await startScriptedCluster({
    prepare: fill,
    remote(clock, limits) {
      const server = simulatedRedis({ clock, random: seededRandom(1) }).connect(clock);
      const counted: KeyValueServer = {
        ...server,
        get ready() {
          return server.ready;
        },
        putIfNewer(key, asOf, ...rest) {
          if (key.endsWith('b:1')) written.push(asOf);
          return server.putIfNewer(key, asOf, ...rest);
        },
      };
      return createRemoteCache({
        server: counted,
        cluster: 'c',
        secret: 's',
        clock,
        limits,
        logger: silentLogger,
      });
    },
  });
  const { gateway, clock } = cluster;
  const readOften = async () => {
    for (let times = 0; times < 5; times++) {
      await cluster.answer(gateway.book(1, { strong: true }));
      await clock.elapse(100);
    }
  };
  await readOften();
  assert.equal(written, [5]);
  for (const catalog of cluster.catalogs) catalog.write(6, { id: 1, stock: 2 });
  await readOften();
  assert.equal(written, [5, 6]);
  await cluster.end();
});

test('after a start nothing is read before a quorum has said what was committed', async () => {
  let quorum = false;
  const cluster = await startScriptedCluster({
    settled: false,
    prepare(catalogs) {
      fill(catalogs);
      catalogs[1]!.books.set(1, book(1, { stock: 4, version: 40 }));
      catalogs[1]!.applied = 40;
      for (const catalog of catalogs) {
        catalog.index = () => {
          if (!quorum) throw new BazarError('unavailable');
          return 40;
        };
      }
    },
  });
  const read = cluster.gateway.book(1);
  await cluster.clock.elapse(1_000);
  assert.is(cluster.gateway.whyUnready() === undefined, false);
  assert.is(reads(cluster).length, 0);
  quorum = true;
  const served = await cluster.answer(read);
  assert.is(served.servedBy, 'catalog-2');
  assert.is(served.value?.stock, 4);
  assert.is(cluster.asked.find(({ type }) => type === 'feed.follow')?.minVersion, 40);
  await cluster.end();
});

test('a gateway that reaches nobody lets its readers wait no longer than their deadline', async () => {
  const cluster = await startScriptedCluster({ settled: false });
  for (const catalog of cluster.catalogs) await catalog.leave();
  const error = await cluster.answer(cluster.gateway.book(1).catch((thrown) => thrown));
  assert.is(error.code, 'unavailable');
  assert.is(cluster.gateway.whyUnready() === undefined, false);
  await cluster.end();
});

test('a page shows everything that was acknowledged', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders } = cluster;
  for (const order of orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }]));
  catalogs[2]!.applied = 6;
  catalogs[2]!.books.set(1, book(1, { stock: 9, version: 6 }));
  const page = await cluster.answer(gateway.books({ limit: 5 }));
  assert.is(page.servedBy, 'catalog-3');
  assert.is(page.value.books[0]?.stock, 9);
  await cluster.end();
});

test('the topics show every book that was acknowledged, and are read past every cache', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders, asked } = cluster;
  for (const order of orders) {
    order.submit = () => ({
      result: { kind: 'added', added: [2], skipped: [], version: 6, replayed: false },
    });
  }
  const before = await cluster.answer(gateway.topics({ limit: 10 }));
  assert.equal(before.value.topics, [{ topic: 'Tests', books: 1 }]);
  await cluster.answer(gateway.addBooks([{ title: 'Book 2', topic: 'News', price: 1, stock: 1 }]));
  catalogs[2]!.write(6, { id: 2, topic: 'News' });
  for (let turn = 0; turn < 3; turn++) {
    const page = await cluster.answer(gateway.topics({ limit: 10 }));
    assert.equal([page.servedBy, page.cache, page.version], ['catalog-3', 'bypass', 6]);
    assert.is(page.value.topics.length, 2);
  }
  const questions = asked.filter(({ type }) => type === 'read.topics');
  assert.ok(questions.slice(1).every(({ minVersion }) => minVersion === 6));
  const strong = await cluster.answer(gateway.topics({ limit: 10 }, { strong: true }));
  assert.is(strong.ageSeconds, 0);
  assert.ok(asked.findLast(({ type }) => type === 'read.topics')?.strong);
  await cluster.end();
});

test('topics that a replica has as they were before what was acknowledged are never shown', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders } = cluster;
  for (const order of orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }]));
  for (const catalog of catalogs) catalog.careless = true;
  const error = await cluster.answer(
    gateway.topics({ limit: 10 }).then(
      () => null,
      (thrown) => thrown,
    ),
  );
  assert.is(error?.code, 'unavailable');
  await cluster.end();
});

test('an order is found as soon as it was acknowledged', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, orders } = cluster;
  for (const order of orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(gateway.purchase([{ id: 1, quantity: 1 }], 'mine'));
  for (const catalog of catalogs) catalog.careless = true;
  const result = confirmed('mine', 6);
  if (result.kind === 'order') catalogs[1]!.orders.set('mine', result.order);
  catalogs[1]!.applied = 6;
  assert.is((await cluster.answer(gateway.order('mine'))).value?.orderId, 'mine');
  await cluster.end();
});

test('a book that the memory has dropped is read from the remote cache if it is fresh', async () => {
  const cluster = await startScriptedCluster({
    prepare: fill,
    limits: { cacheEntries: 1 },
    remote: (clock, limits) =>
      createRemoteCache({
        server: simulatedRedis({ clock, random: seededRandom(1) }).connect(clock),
        cluster: 'c',
        secret: 's',
        clock,
        limits,
        logger: silentLogger,
      }),
  });
  const { gateway } = cluster;
  await cluster.answer(gateway.book(1));
  await cluster.clock.elapse(100);
  await cluster.answer(gateway.book(2));
  const again = await cluster.answer(gateway.book(1));
  assert.is(again.cache, 'hit');
  assert.is(reads(cluster).length, 2);
  const { cache } = await cluster.answer(gateway.status());
  assert.equal(cache, { kind: 'redis', state: 'ready', hits: 1, misses: 2 });
  // The feed tells of a change while the book is only in the remote cache: that entry counts no more.
  await cluster.answer(gateway.book(2));
  for (const catalog of cluster.catalogs) catalog.write(6, { id: 1, stock: 2 });
  await cluster.clock.elapse(5);
  const changed = await cluster.answer(gateway.book(1));
  assert.is(changed.cache, 'miss');
  assert.is(changed.value?.stock, 2);
  await cluster.end();
});

test('a slow page is not asked for at another catalog while the first is at it', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, asked, clock } = cluster;
  for (const catalog of catalogs)
    catalog.beforeRead = () => new Promise((resolve) => clock.setTimeout(resolve, 2_000));
  const pages = [
    gateway.books({ limit: 10 }),
    gateway.search('tests', { after: 0 }),
    gateway.search('tests', { strong: true }),
  ];
  for (const page of pages) {
    const { cache } = await cluster.answer<{ readonly cache: string }>(page);
    assert.is(cache, 'bypass');
  }
  assert.is(asked.filter(({ type }) => type === 'read.books').length, 1);
  assert.is(asked.filter(({ type }) => type === 'read.topic').length, 2);
  await cluster.end();
});

test('a page is asked for at another catalog when the first is lost, behind or overloaded', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const { gateway, catalogs, asked } = cluster;
  const failures = [
    (catalog: ScriptedCatalog) => void catalog.leave(),
    () => {
      throw new BazarError('behind');
    },
    () => {
      throw new BazarError('overloaded');
    },
  ];
  for (const fail of failures) {
    let failed = false;
    for (const catalog of catalogs) {
      catalog.beforeRead = () => {
        if (failed) return;
        failed = true;
        fail(catalog);
        return fail === failures[0] ? new Promise(() => {}) : undefined;
      };
    }
    const before = asked.length;
    assert.is((await cluster.answer(gateway.books({ limit: 10 }))).value.books.length, 1);
    const by = asked.slice(before).filter(({ type }) => type === 'read.books');
    assert.is(new Set(by.map((question) => question.by)).size, 2);
  }
  await cluster.end();
});

test('where all catalogs are overloaded, so is the page, and nothing has happened', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  for (const catalog of cluster.catalogs) {
    catalog.beforeRead = () => {
      throw new BazarError('overloaded');
    };
  }
  const error = await cluster.answer(
    cluster.gateway.books({ limit: 10 }).then(
      () => undefined,
      (error: BazarError) => error,
    ),
  );
  assert.equal([error?.code, error?.outcome], ['overloaded', 'none']);
  await cluster.end();
});

test('a topic that is too large is not cached, and is found all the same', async () => {
  const cluster = await startScriptedCluster({ prepare: fill, limits: { maxCachedBytes: 60 } });
  const search = async () => {
    const { cache, value } = await cluster.answer(cluster.gateway.search('tests'));
    return [cache, value.books.length];
  };
  assert.equal(
    [await search(), await search()],
    [
      ['miss', 1],
      ['hit', 1],
    ],
  );
  for (const catalog of cluster.catalogs) catalog.write(6, { id: 2, added: 6 });
  for (const catalog of cluster.catalogs) catalog.write(7, { id: 3, added: 7 });
  await cluster.clock.elapse(5);
  assert.equal(
    [await search(), await search()],
    [
      ['miss', 3],
      ['miss', 3],
    ],
  );
  await cluster.end();
});

test('a page of a topic begins after an id and says where the next one does', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  for (const catalog of cluster.catalogs)
    for (const id of [2, 3, 4]) catalog.write(4 + id, { id, added: 4 + id });
  await cluster.clock.elapse(5);
  const { value, cache } = await cluster.answer(cluster.gateway.search('tests', { after: 1, limit: 2 }));
  assert.equal([value.books.map(({ id }) => id), value.next, cache], [[2, 3], 3, 'bypass']);
  await cluster.end();
});

test.run();
