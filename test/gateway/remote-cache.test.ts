import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createBreaker } from '../../gateway/breaker.ts';
import { createMemoryCache } from '../../gateway/memory-cache.ts';
import { createRemoteCache } from '../../gateway/remote-cache.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { simulatedRedis } from '../simulation/redis.ts';
import { manualClock } from '../support/manual-clock.ts';

const entry = (value: string, asOf: number) => ({ value, version: asOf, asOf });

async function setUp(overrides: Partial<Limits> = {}) {
  const clock = manualClock();
  const redis = simulatedRedis({ clock, random: seededRandom(3) });
  const limits = { ...DEFAULT_LIMITS, ...overrides };
  const ports = { clock, limits, logger: silentLogger };
  const server = redis.connect(clock);
  const cache = createRemoteCache({ server, cluster: 'c', ...ports });
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

test('of the entries of one key that gather, the newest is written, and once', async () => {
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

test('what is not an entry of the kind that is asked for is as good as nothing', async () => {
  const { clock, server, cache, read } = await setUp();
  const runId = server.runId();
  await clock.elapse(5);
  for (const [asOf, text] of ['not JSON', '{}', '{"version":1,"asOf":1,"value":7}'].entries()) {
    void server.putIfNewer(`c:${await runId}:k`, asOf + 1, text, 60);
    await clock.elapse(5);
    assert.is((await read()).value, undefined);
  }
  assert.is(cache.usable, true);
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
  let answer = (_: string) => {};
  const { get } = server;
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
  answer(JSON.stringify(entry('old', 1)));
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

test('what waits for a paused server is bounded', async () => {
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
  const cache = createMemoryCache<string>(2);
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
