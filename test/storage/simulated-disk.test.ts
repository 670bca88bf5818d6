import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../runtime/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { StoreOperation } from '../../storage/store.ts';
import { type SimulatedDisk, simulatedDisk } from '../simulation/disk.ts';
import { manualClock, settle } from '../support/manual-clock.ts';
import { storeSuite } from './store-suite.ts';

/** A clock on which every timer falls due at the next turn of the event loop. */
const hastyClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  cpu: () => 0,
  setTimeout: (run) => setImmediate(run),
  clearTimeout: (timer) => clearImmediate(timer as NodeJS.Immediate | undefined),
  defer: (run) => void setImmediate(run),
};

storeSuite('simulated disk', {
  async make() {
    const random = seededRandom(1);
    const disk = simulatedDisk({
      location: 'disk-1',
      clock: hastyClock,
      random,
      latencyMs: { least: 1, most: 2 },
    });
    const store = disk.open();
    return {
      store,
      async reopen() {
        await store.close();
        return disk.open();
      },
      dispose: () => store.close(),
    };
  },
}).run();

const put = (key: string, value = key): StoreOperation => ({ type: 'put', key, value });

function slowDisk(seed: number) {
  const clock = manualClock();
  const disk = simulatedDisk({
    location: 'disk-1',
    clock,
    random: seededRandom(seed),
    latencyMs: { least: 2, most: 10 },
  });
  return { clock, disk };
}

const keysOf = (disk: SimulatedDisk) => [...disk.records.keys()].join(' ');

test('a write takes effect whole, and not before its latency has passed', async () => {
  const { clock, disk } = slowDisk(1);
  const store = disk.open();
  let done = false;
  store.write([put('a'), put('b')]).then(() => {
    done = true;
  });
  await clock.elapse(1);
  assert.is(store.get('a'), undefined);
  assert.not(done);
  await clock.elapse(9);
  assert.is(store.get('a'), 'a');
  assert.is(store.get('b'), 'b');
  assert.ok(done);
});

test('a crash keeps everything synced, and of the rest a whole number of the oldest writes', async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 40; seed++) {
    const { clock, disk } = slowDisk(seed);
    const store = disk.open();
    store.write([put('a')]);
    await clock.elapse(10);
    store.write([put('b'), put('c')]);
    store.write([put('d')]);
    await clock.elapse(1);
    disk.crash();
    outcomes.add(keysOf(disk));
  }
  assert.equal([...outcomes].sort(), ['a', 'a b c', 'a b c d']);
});

test('a crash leaves no timer behind, and its writes never settle', async () => {
  const { clock, disk } = slowDisk(1);
  const store = disk.open();
  let settled = false;
  const noteSettled = () => {
    settled = true;
  };
  store.write([put('a')]).then(noteSettled, noteSettled);
  disk.crash();
  store.write([put('b')]).then(noteSettled, noteSettled);
  assert.is(clock.pending, 0);
  await clock.elapse(100);
  assert.not(settled);
  assert.not(disk.records.has('b'));
});

test('after a crash the disk can be opened anew, and a dead process does not reach it', async () => {
  const { clock, disk } = slowDisk(3);
  const dead = disk.open();
  disk.crash();
  const store = disk.open();
  dead.write([put('a')]);
  store.write([put('b')]);
  await clock.elapse(20);
  assert.is(keysOf(disk), 'b');
  await dead.close();
  assert.is(store.get('b'), 'b');
});

test('an open disk can neither be opened a second time nor wiped', () => {
  const { disk } = slowDisk(1);
  disk.open();
  assert.throws(() => disk.open(), /disk-1 is in use/);
  assert.throws(() => disk.wipe(), /disk-1 is in use/);
});

test('a wiped disk is empty', async () => {
  const { clock, disk } = slowDisk(1);
  disk.open().write([put('a')]);
  await clock.elapse(10);
  disk.crash();
  disk.wipe();
  assert.is(disk.records.size, 0);
  for await (const _ of disk.open().pages({ gte: '', lt: '~' })) assert.unreachable();
});

test('a corrupted record has another value, a lost one none, and both say whether there was one', async () => {
  const { clock, disk } = slowDisk(1);
  const store = disk.open();
  store.write([put('a', 'value'), put('b', 'value')]);
  await clock.elapse(10);
  assert.ok(disk.corrupt('a'));
  assert.ok(disk.lose('b'));
  assert.is.not(store.get('a'), 'value');
  assert.is(store.get('a')?.length, 5);
  assert.is(store.get('b'), undefined);
  assert.not(disk.corrupt('b'));
  assert.not(disk.lose('b'));
});

test('the same seed gives the same times and the same outcome', async () => {
  async function run(seed: number): Promise<string> {
    const { clock, disk } = slowDisk(seed);
    const trace: number[] = [];
    for (let round = 0; round < 5; round++) {
      const store = disk.open();
      for (let write = 0; write < 3; write++) {
        store.write([put(`${round}/${write}`)]).then(() => trace.push(clock.now()));
      }
      for (let ms = 0; ms < 12; ms++) await clock.elapse(1);
      disk.crash();
      await settle();
    }
    return `${trace} ${keysOf(disk)}`;
  }
  assert.is(await run(7), await run(7));
  assert.is.not(await run(7), await run(8));
});

test.run();
