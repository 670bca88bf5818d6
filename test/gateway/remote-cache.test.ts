import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { createBreaker } from '../../gateway/cache/breaker.ts';
import type { Held } from '../../gateway/cache/key-value-server.ts';
import { createMemoryCache } from '../../gateway/cache/memory-cache.ts';
import { createRemoteCache } from '../../gateway/cache/remote-cache.ts';
import { createSealer } from '../../gateway/cache/seal.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { simulatedRedis } from '../simulation/redis.ts';
import { manualClock } from '../support/manual-clock.ts';

const entry = (value: string, asOf: number) => ({ value, version: asOf, asOf });

async function setUp(overrides: Partial<Limits> = {}, boot = 'boot-1') {
  const clock = manualClock();
  const redis = simulatedRedis({ clock, random: seededRandom(3) });
  const limits = { ...DEFAULT_LIMITS, ...overrides };
  const ports = { clock, limits, logger: silentLogger };
  const server = redis.connect(clock);
  const cache = createRemoteCache({ server, cluster: 'c', secret: 's', ...ports });
  if (boot !== '') cache.booted(boot);
  /** What is read now, and after how many ms. */
  async function read(key = 'k') {
    const begin = clock.monotonic();
    let took: number | undefined;
    const reading = cache.get(key, z.string()).finally(() => {
      took = clock.monotonic() - begin;
    });
    while (took === undefined) await clock.elapse(1);
    return { value: (await reading)?.value, took };
  }
  await clock.elapse(20);
  return { clock, redis, server, cache, read };
}

test('an entry that was put is found a little later', async () => {
  const { clock, cache, read } = await setUp();
  assert.is(cache.usable, true);
  cache.put('k', entry('v', 1));
  assert.is((await read()).value, undefined);
  await clock.elapse(50);
  assert.is((await read()).value, 'v');
});

test('several entries of one key that wait are one write of the newest', async () => {
  const { clock, server, cache, read } = await setUp();
  let writes = 0;
  const { putIfNewer } = server;
  server.putIfNewer = (...write) => {
    writes++;
    return putIfNewer(...write);
  };
  for (const asOf of [1, 3, 2]) cache.put('k', entry(`as of ${asOf}`, asOf));
  await clock.elapse(50);
  assert.is((await read()).value, 'as of 3');
  assert.is(writes, 1);
});

/** Where the server keeps an entry, and a way to put anything there. */
async function setUpWithAccess() {
  const parts = await setUp();
  const { clock, server } = parts;
  const answer = async <T>(promise: Promise<T>) => {
    await clock.elapse(5);
    return promise;
  };
  const runId = await answer(server.runId());
  const place = (key = 'k') => `c:boot-1:${runId}:${key}`;
  return {
    ...parts,
    place,
    held: (key?: string) => answer(server.get(place(key))),
    async overwrite(asOf: number, value: string, key?: string) {
      const before = await answer(server.get(place(key)));
      if (before) await answer(server.discard(place(key), before));
      await answer(server.putIfNewer(place(key), asOf, value, 60));
    },
  };
}

const sealer = createSealer('s');

test('a sealed text that is no valid entry is a miss', async () => {
  const { place, overwrite, cache, read } = await setUpWithAccess();
  for (const text of ['{}', '7', '{"version":1,"asOf":1,"value":7}', '{"version":1,"asOf":2,"value":"v"}']) {
    await overwrite(1, sealer.seal(place(), text));
    assert.is((await read()).value, undefined, text);
  }
  assert.is(cache.usable, true);
});

test('an entry that somebody else wrote, changed or copied from another key is not read', async () => {
  const { clock, place, held, overwrite, cache, read } = await setUpWithAccess();
  const forged = JSON.stringify({ version: 9e14, asOf: 9e14, value: 'forged' });
  cache.put('k', entry('good', 5));
  await clock.elapse(50);
  const good = (await held())!;
  const altered = good.value.replace('good', 'evil');
  const cases: [number, string][] = [
    [9e14, forged],
    [9e14, 'x'.repeat(43) + forged],
    [9e14, createSealer('another secret').seal(place(), forged)],
    [5, altered],
    [9e14, good.value],
    [5, sealer.seal(place('other'), JSON.stringify(entry('of another key', 5)))],
    [5, sealer.seal('c:boot-0:run:k', JSON.stringify(entry('of another start', 5)))],
  ];
  for (const [asOf, value] of cases) {
    await overwrite(asOf, value);
    assert.is((await read()).value, undefined, value);
    await clock.elapse(50);
    assert.is(await held(), null, 'it is taken away');
    cache.put('k', entry('good', 5));
    await clock.elapse(50);
    assert.is((await read()).value, 'good', 'and keeps no good one out');
  }
});

test('a newer entry that was written meanwhile is not taken away for the bad one that was read', async () => {
  const { server, place, held, overwrite, clock } = await setUpWithAccess();
  await overwrite(5, 'bad');
  const bad = (await held())!;
  await overwrite(6, 'newer');
  void server.discard(place(), bad);
  await clock.elapse(5);
  assert.is((await held())?.value, 'newer');
});

test('nothing is read or written before the start of the store is known, or that was written under another', async () => {
  const { clock, cache, read } = await setUp({}, '');
  cache.put('k', entry('early', 1));
  assert.equal([cache.usable, (await read()).took], [false, 0]);
  cache.booted('boot-1');
  assert.is(cache.usable, true);
  cache.put('k', entry('first', 8));
  await clock.elapse(50);
  assert.is((await read()).value, 'first');
  cache.booted('boot-2');
  assert.is((await read()).value, undefined);
  cache.put('k', entry('second', 3));
  await clock.elapse(50);
  assert.is((await read()).value, 'second');
});

test('nothing is read from the moment the connection closes until the new run id is known', async () => {
  const { clock, redis, cache, read } = await setUp();
  cache.put('k', entry('old', 1));
  await clock.elapse(50);
  redis.save();
  redis.kill();
  await clock.elapse(5);
  assert.is(cache.usable, false);
  assert.equal(await read(), { value: undefined, took: 0 });
  redis.start('saved');
  for (let step = 0; step < 50; step++) assert.is((await read()).value, undefined);
  await clock.elapse(50);
  assert.is(cache.usable, true);
  assert.is((await read()).value, undefined);
  cache.put('k', entry('new', 2));
  await clock.elapse(50);
  assert.is((await read()).value, 'new');
});

test('an answer that comes when the connection is another one is not believed', async () => {
  const { clock, redis, server, cache, read } = await setUp({ redisTimeoutMs: 10_000 });
  cache.put('k', entry('old', 1));
  await clock.elapse(50);
  assert.is((await read()).value, 'old');
  let answer = (_: Held | null) => {};
  const { get } = server;
  const reads = server.runId().then((runId) => get(`c:boot-1:${runId}:k`));
  await clock.elapse(10);
  const held = await reads;
  assert.ok(held);
  server.get = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const reading = cache.get('k', z.string());
  server.get = get;
  redis.kill();
  await clock.elapse(5);
  redis.start('nothing');
  await clock.elapse(50);
  answer(held);
  assert.is(await reading, undefined);
});

test('a slow server is given up after its timeout, and left alone after a few', async () => {
  const { clock, redis, cache, read } = await setUp();
  redis.weather.minLatencyMs = redis.weather.maxLatencyMs = 400;
  for (let attempt = 0; attempt < DEFAULT_LIMITS.redisFailures; attempt++) {
    const { value, took } = await read();
    assert.is(value, undefined);
    assert.ok(took <= DEFAULT_LIMITS.redisTimeoutMs + 1);
  }
  assert.is(cache.usable, false);
  assert.is((await read()).took, 0);
  redis.weather.minLatencyMs = redis.weather.maxLatencyMs = 1;
  await clock.elapse(DEFAULT_LIMITS.redisPauseMs + 1_000);
  await read();
  assert.is(cache.usable, true);
});

test('the number of commands that wait for a paused server is bounded', async () => {
  const { clock, redis, server, cache } = await setUp({ redisMaxPending: 5, redisFailures: 1_000 });
  redis.pause();
  let asked = 0;
  const { get } = server;
  server.get = (key) => {
    asked++;
    return get(key);
  };
  for (let reader = 0; reader < 20; reader++) void cache.get(`k${reader}`, z.string());
  for (let writer = 0; writer < 20; writer++) cache.put(`k${writer}`, entry('v', 1));
  await clock.elapse(1_000);
  assert.is(asked, 5);
  redis.resume();
});

test('a stopped cache leaves no timer behind', async () => {
  const { clock, redis, cache } = await setUp();
  redis.pause();
  void cache.get('k', z.string());
  cache.put('k', entry('v', 1));
  await cache.stop();
  await clock.elapse(10);
  assert.is(clock.pending, 0);
});

test('the breaker lets one attempt find out whether things are better', () => {
  const clock = manualClock();
  const breaker = createBreaker({ clock, failures: 2, pauseMs: 100 });
  breaker.failed();
  assert.is(breaker.allows(), true);
  breaker.failed();
  assert.equal([breaker.closed, breaker.allows()], [false, false]);
  clock.advance(100);
  assert.equal([breaker.allows(), breaker.allows()], [true, false]);
  breaker.failed();
  assert.is(breaker.allows(), false);
  clock.advance(100);
  assert.is(breaker.allows(), true);
  breaker.succeeded();
  assert.equal([breaker.closed, breaker.allows(), breaker.allows()], [true, true, true]);
});

test('the memory keeps the newer of two entries, whichever comes last, and no more than it may', () => {
  const cache = createMemoryCache<string, string>(2);
  cache.put('a', entry('new', 5));
  assert.is(cache.put('a', entry('old', 4)).value, 'new');
  assert.is(cache.get('a')?.value, 'new');
  assert.is(cache.put('a', entry('newer', 6)).value, 'newer');
  cache.put('b', entry('b', 1));
  cache.get('a');
  cache.put('c', entry('c', 1));
  assert.equal([cache.get('a')?.value, cache.get('b')?.value], ['newer', undefined]);
});

test.run();
