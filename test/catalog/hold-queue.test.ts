import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HoldQueue, type OpenHold } from '../../actors/catalog/hold-queue.ts';
import { seededRandom } from '../../runtime/random.ts';

const before = (one: OpenHold, other: OpenHold) =>
  one.due - other.due || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);

test('holds come by their ends and of one end by their keys, in whatever order they came and others went', () => {
  const random = seededRandom(1);
  const queue = new HoldQueue();
  const model = new Map<string, OpenHold>();
  const check = () => {
    assert.is(queue.size, model.size);
    assert.equal(queue.first, [...model.values()].sort(before)[0]);
  };
  for (let step = 0; step < 6_000; step++) {
    const key = `h-${Math.floor(random.next() * 3_000)}`;
    const known = model.get(key);
    if (known) queue.delete(known);
    if (known) model.delete(key);
    else {
      const hold = { key, due: 1_700_000_000_000 + Math.floor(random.next() * 200) };
      model.set(key, hold);
      queue.add(hold);
      queue.add(hold);
    }
    if (step % 50 === 0) check();
  }
  queue.delete({ key: 'of-nobody', due: 5 });
  check();
  for (const hold of [...model.values()].sort(before)) {
    assert.equal(queue.first, hold);
    queue.delete(hold);
  }
  assert.is(queue.size, 0);
  assert.is(queue.first, undefined);
});

test.run();
