import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createLargeWrites } from '../../gateway/upstream/large-writes.ts';
import { asBazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';

function setUp() {
  const clock = manualClock();
  const writes = createLargeWrites(DEFAULT_LIMITS, clock);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const add = (name: number, books: number) =>
    writes
      .inTurn(books, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      })
      .then(
        () => 'added',
        (error) => asBazarError(error),
      );
  return { clock, writes, begun, ends, add };
}

test('two additions of many books are under way at once, the next begins when one has ended', async () => {
  const { clock, begun, ends, add } = setUp();
  const first = add(1, 1_000);
  for (const name of [2, 3]) void add(name, 1_000);
  await clock.elapse(10);
  assert.equal(begun, [1, 2]);
  ends[0]!();
  assert.is(await first, 'added');
  await clock.elapse(10);
  assert.equal(begun, [1, 2, 3]);
});

test('a few books are added at once, whatever else is under way', async () => {
  const { clock, begun, add } = setUp();
  for (const name of [1, 2, 3]) void add(name, 1_000);
  void add(4, 10);
  await clock.elapse(10);
  assert.equal(begun.sort(), [1, 2, 4]);
});

test('an addition whose turn does not come is refused, and has added nothing', async () => {
  const { clock, begun, add } = setUp();
  for (const name of [1, 2]) void add(name, 1_000);
  const third = add(3, 1_000);
  await clock.elapse(DEFAULT_LIMITS.largeWriteWaitMs + 100);
  const { code, outcome } = asBazarError(await third);
  assert.equal([code, outcome], ['overloaded', 'none']);
  assert.equal(begun, [1, 2]);
});

test('an addition that fails gives its turn on', async () => {
  const { clock, writes, begun, add } = setUp();
  for (const name of [1, 2]) {
    void writes.inTurn(1_000, () => Promise.reject(new Error(String(name)))).catch(() => {});
  }
  void add(3, 1_000);
  await clock.elapse(10);
  assert.equal(begun, [3]);
});

test.run();
