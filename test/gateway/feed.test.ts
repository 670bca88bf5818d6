import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createActor } from 'xstate';
import { feedMachine } from '../../gateway/feed/feed-machine.ts';
import type { BookChange } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { sentenceOf } from '../../runtime/happenings.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';
import {
  BOOT,
  book,
  confirmed,
  type ScriptedCatalog,
  type ScriptedCluster,
  startScriptedCluster,
} from './cluster.ts';

function fill(catalogs: readonly ScriptedCatalog[]): void {
  for (const catalog of catalogs) {
    for (const id of [1, 2, 3]) catalog.books.set(id, book(id));
    catalog.applied = 5;
  }
}

function listen({ gateway }: ScriptedCluster): BookChange[] {
  const seen: BookChange[] = [];
  gateway.onChange((change) => seen.push(change));
  return seen;
}

const change = (id: number, version: number) => ({ id, stock: version, price: 100, version });
const versions = (seen: readonly BookChange[]) => seen.map(({ id, version }) => [id, version]);
const follows = ({ asked }: ScriptedCluster) => asked.filter(({ type }) => type === 'feed.follow');

test('every state of the machine can be reached', () => {
  const clock = manualClock();
  const actor = createActor(feedMachine, { clock, input: DEFAULT_LIMITS }).start();
  const seen: unknown[] = [];
  actor.subscribe(({ value }) => seen.push(typeof value === 'object' ? 'live' : value));
  actor.send({ type: 'catalog.chosen', catalog: 'catalog-1' });
  actor.send({ type: 'follow.failed' });
  clock.advance(DEFAULT_LIMITS.retryPauseMs);
  actor.send({ type: 'catalog.chosen', catalog: 'catalog-2' });
  actor.send({ type: 'follow.granted' });
  actor.send({ type: 'catalog.lost', catalog: 'catalog-1' });
  clock.advance(DEFAULT_LIMITS.feedAliveMs);
  actor.send({ type: 'catalog.lost', catalog: 'catalog-2' });
  const states = seen.filter((state, at) => state !== seen[at - 1]);
  assert.equal(states, ['asking', 'pausing', 'searching', 'asking', 'live', 'searching']);
  actor.stop();
});

test('subscribers hear every change, and nothing twice', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const seen = listen(cluster);
  const { followed } = cluster;
  followed.tell({ from: 5, index: 7, changes: [change(1, 6), change(2, 7)] });
  followed.tell({ from: 5, index: 8, changes: [change(1, 6), change(2, 7), change(1, 8)] });
  await cluster.clock.elapse(5);
  assert.equal(versions(seen), [
    [1, 6],
    [2, 7],
    [1, 8],
  ]);
  await cluster.end();
});

test('when the followed catalog is gone another is followed, from where the feed was left', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const seen = listen(cluster);
  const first = cluster.followed;
  first.write(6, { id: 1, stock: 1 });
  await cluster.clock.elapse(5);
  const happenings: string[] = [];
  cluster.gateway.onHappening((happening) => void happenings.push(sentenceOf(happening)));
  await first.leave();
  await cluster.until(() => follows(cluster).length === 2);
  await cluster.clock.elapse(5);
  assert.is.not(cluster.followed.id, first.id);
  assert.is(follows(cluster)[1]!.minVersion, 6);
  assert.equal(happenings, [
    `leaves the feed of ${first.id} at 6, to which the link was lost; caches are bypassed meanwhile`,
    `follows the feed of ${cluster.followed.id} from 6`,
  ]);
  cluster.followed.tell({ from: 6, index: 7, changes: [change(1, 7)] });
  await cluster.clock.elapse(5);
  assert.equal(versions(seen), [
    [1, 6],
    [1, 7],
  ]);
  await cluster.end();
});

test('while no feed is live the caches are bypassed', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  for (const catalog of cluster.catalogs) {
    catalog.followed = () => {
      throw new Error('no feed today');
    };
  }
  const first = cluster.followed;
  await first.leave();
  await cluster.clock.elapse(5);
  assert.is((await cluster.answer(cluster.gateway.book(1))).cache, 'bypass');
  assert.is((await cluster.answer(cluster.gateway.status())).cache.state, 'bypassed');
  for (const catalog of cluster.catalogs)
    catalog.followed = ({ from }) => ({ index: from, reset: false, boot: BOOT });
  await cluster.clock.elapse(300);
  assert.is((await cluster.answer(cluster.gateway.book(1))).cache, 'hit');
  await cluster.end();
});

test('after a gap nothing cached before it is served', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  for (const catalog of cluster.catalogs) {
    catalog.applied = 50;
    catalog.books.set(1, book(1, { stock: 7, version: 30 }));
  }
  cluster.followed.tell({ from: 40, index: 41, changes: [change(2, 41)] });
  await cluster.clock.elapse(5);
  const served = await cluster.answer(cluster.gateway.book(1));
  assert.equal([served.cache, served.value?.stock], ['miss', 7]);
  assert.ok(served.asOf >= 41);
  await cluster.end();
});

test('a reset when following is a gap too', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  for (const catalog of cluster.catalogs) {
    catalog.applied = 50;
    catalog.books.set(1, book(1, { stock: 7, version: 30 }));
    catalog.followed = () => ({ index: 50, reset: true, boot: BOOT });
  }
  await cluster.followed.leave();
  await cluster.until(() => follows(cluster).length === 2);
  await cluster.clock.elapse(5);
  const served = await cluster.answer(cluster.gateway.book(1));
  assert.equal([served.cache, served.value?.stock], ['miss', 7]);
  await cluster.end();
});

test('what the feed missed is read, so that subscribers get the newest state of every book', async () => {
  const cluster = await startScriptedCluster({ prepare: fill, limits: { maxPage: 1 } });
  const seen = listen(cluster);
  for (const catalog of cluster.catalogs) {
    catalog.applied = 50;
    catalog.books.set(2, book(2, { version: 30 }));
    catalog.books.set(4, book(4, { version: 50, added: 35 }));
  }
  cluster.followed.tell({ from: 40, index: 42, changes: [change(1, 42)] });
  await cluster.clock.elapse(100);
  assert.equal(versions(seen), [
    [1, 42],
    [2, 30],
    [4, 50],
  ]);
  assert.is(seen[2]!.topic, 'Tests');
  // The feed is behind what was read, and what it tells of that is old by now.
  cluster.followed.tell({ from: 42, index: 45, changes: [change(4, 45)] });
  cluster.followed.tell({ from: 45, index: 51, changes: [change(4, 51)] });
  await cluster.clock.elapse(5);
  assert.equal(versions(seen.slice(3)), [[4, 51]]);
  await cluster.end();
});

test('what the feed missed is read again until it could be read', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const seen = listen(cluster);
  for (const catalog of cluster.catalogs) catalog.books.set(2, book(2, { version: 30 }));
  cluster.followed.tell({ from: 40, index: 40, changes: [] });
  await cluster.clock.elapse(5_000);
  assert.equal(seen, []);
  for (const catalog of cluster.catalogs) catalog.applied = 40;
  await cluster.clock.elapse(1_000);
  assert.equal(versions(seen), [[2, 30]]);
  await cluster.end();
});

test('a feed that does not get to what was acknowledged is left for another', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const first = cluster.followed;
  await cluster.clock.elapse(2_000);
  assert.is(follows(cluster).length, 1, 'silence alone is no fault');
  for (const order of cluster.orders) order.submit = ({ command }) => ({ result: confirmed(command.key, 6) });
  await cluster.answer(cluster.gateway.purchase([{ id: 1, quantity: 1 }]));
  await cluster.until(() => follows(cluster).length === 2);
  assert.is.not(cluster.followed.id, first.id);
  // What the former catalog still tells is not listened to.
  const seen = listen(cluster);
  first.tell({ from: 5, index: 9, changes: [change(1, 9)] });
  await cluster.clock.elapse(5);
  assert.equal(seen, []);
  await cluster.end();
});

/** The followed catalog is cut off from the others, which go on; it neither notices nor loses its link to the gateway. */
async function cutOff(cluster: ScriptedCluster): Promise<ScriptedCatalog> {
  const lonely = cluster.followed;
  const cutAt = cluster.clock.monotonic();
  lonely.alive = () => ({ index: lonely.applied, silentMs: cluster.clock.monotonic() - cutAt, boot: BOOT });
  lonely.followed = () => {
    throw new BazarError('unavailable');
  };
  for (const catalog of cluster.catalogs) if (catalog !== lonely) catalog.write(6, { id: 1, stock: 1 });
  return lonely;
}

const MOVED_MS = DEFAULT_LIMITS.leaderSilenceMs + DEFAULT_LIMITS.feedAliveMs + 50;

test('a feed whose catalog hears no leader is left for another, and subscribers hear what they missed', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const seen = listen(cluster);
  await cluster.answer(cluster.gateway.book(1));
  const lonely = await cutOff(cluster);
  for (const catalog of cluster.catalogs) {
    if (catalog !== lonely) catalog.followed = () => ({ index: 6, reset: true, boot: BOOT });
  }
  await cluster.clock.elapse(MOVED_MS);
  assert.is.not(cluster.followed.id, lonely.id);
  assert.is(lonely.followers.size, 0, 'the former catalog is told');
  const served = await cluster.answer(cluster.gateway.book(1));
  assert.equal([served.value?.stock, served.ageSeconds], [1, 0]);
  assert.equal(versions(seen), [[1, 6]]);
  await cluster.end();
});

test('a feed whose catalog says nothing any more is left, although its link is open', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  const silent = cluster.followed;
  silent.alive = () => new Promise(() => {});
  silent.followed = () => new Promise(() => {});
  await cluster.clock.elapse(MOVED_MS + DEFAULT_LIMITS.readAttemptMs + DEFAULT_LIMITS.retryPauseMs);
  assert.is.not(cluster.followed.id, silent.id);
  assert.is((await cluster.answer(cluster.gateway.book(1))).ageSeconds, 0);
  await cluster.end();
});

test('while a feed is not known to be alive, cached answers say how old they may be', async () => {
  const cluster = await startScriptedCluster({ prepare: fill, limits: { leaderSilenceMs: 5_000 } });
  await cluster.answer(cluster.gateway.book(1));
  for (const catalog of cluster.catalogs) {
    const cutAt = cluster.clock.monotonic();
    catalog.alive = () => ({
      index: catalog.applied,
      silentMs: cluster.clock.monotonic() - cutAt,
      boot: BOOT,
    });
  }
  const ages: unknown[] = [];
  for (let second = 0; second < 4; second++) {
    const { cache, ageSeconds } = await cluster.answer(cluster.gateway.book(1));
    ages.push([cache, ageSeconds]);
    await cluster.clock.elapse(1_010);
  }
  assert.equal(ages, [
    ['hit', 0],
    ['hit', 1],
    ['hit', 2],
    ['hit', 3],
  ]);
  const strong = await cluster.answer(cluster.gateway.book(1, { strong: true }));
  assert.is(strong.ageSeconds, 0);
  await cluster.end();
});

test('when no catalog hears a leader the caches are bypassed, and answers still say how old they may be', async () => {
  const cluster = await startScriptedCluster({ prepare: fill });
  await cluster.answer(cluster.gateway.book(1));
  for (const catalog of cluster.catalogs) {
    catalog.alive = () => ({ index: catalog.applied, silentMs: null, boot: BOOT });
    catalog.followed = () => {
      throw new BazarError('unavailable');
    };
  }
  await cluster.clock.elapse(4_000);
  const served = await cluster.answer(cluster.gateway.book(1));
  assert.is(served.cache, 'bypass');
  assert.ok(served.ageSeconds >= 3 && served.ageSeconds <= 4, `${served.ageSeconds} s`);
  assert.is((await cluster.answer(cluster.gateway.status())).cache.state, 'bypassed');
  for (const catalog of cluster.catalogs) {
    catalog.alive = () => ({ index: catalog.applied, silentMs: 0, boot: BOOT });
    catalog.followed = ({ from }) => ({ index: from, reset: false, boot: BOOT });
  }
  await cluster.clock.elapse(600);
  const after = await cluster.answer(cluster.gateway.book(1));
  assert.equal([after.cache, after.ageSeconds], ['hit', 0]);
  await cluster.end();
});

test('the word of a catalog that is behind what was heard, or of which something is still to come, does not count', async () => {
  const cluster = await startScriptedCluster({ prepare: fill, limits: { leaderSilenceMs: 5_000 } });
  const { followed } = cluster;
  for (const index of [4, 9]) {
    followed.alive = () => ({ index, silentMs: 0, boot: BOOT });
    await cluster.clock.elapse(1_000);
    followed.alive = () => ({ index: followed.applied, silentMs: 0, boot: BOOT });
    assert.is((await cluster.answer(cluster.gateway.book(1))).ageSeconds, 1);
    await cluster.clock.elapse(DEFAULT_LIMITS.feedAliveMs);
    assert.is((await cluster.answer(cluster.gateway.book(1))).ageSeconds, 0);
  }
  await cluster.end();
});

test.run();
