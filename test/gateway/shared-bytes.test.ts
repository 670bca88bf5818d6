import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createSharedBytes } from '../../gateway/bridge/shared-bytes.ts';
import { manualClock } from '../support/manual-clock.ts';

function setUp(max = 1_000) {
  const clock = manualClock();
  const shared = createSharedBytes('answers', max, clock);
  const cut: string[] = [];
  const open = (name: string) => shared.open(() => void cut.push(name));
  return { clock, shared, cut, open };
}

test('beyond the bound the largest are cut off, the oldest first, and the small are spared', () => {
  const { shared, cut, open } = setUp();
  open('small').hold(10);
  const [first, second] = [open('first'), open('second')];
  first.hold(400);
  second.hold(400);
  open('third').hold(300);
  assert.equal(cut, ['first']);
  assert.is(shared.total, 710);
  first.hold(500);
  assert.is(shared.total, 710, 'who was cut off holds nothing');
});

test('the total is what is held, never above the bound, and who holds nothing is never cut off', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(600))), (steps) => {
      const { shared, cut, open } = setUp();
      const accounts = Array.from({ length: 10 }, (_, n) => open(String(n)));
      const held = new Map<string, number>();
      for (const [who, bytes] of steps) {
        const before = cut.length;
        if (!cut.includes(String(who))) held.set(String(who), bytes);
        accounts[who]!.hold(bytes);
        for (const gone of cut.slice(before)) {
          assert.ok(held.get(gone)! > 0);
          held.delete(gone);
        }
        assert.ok(shared.total <= 1_000);
        assert.is(
          shared.total,
          [...held.values()].reduce((sum, one) => sum + one, 0),
        );
      }
      assert.is(new Set(cut).size, cut.length);
    }),
  ));

test('what is held too long without a pause is cut off', async () => {
  const { clock, shared, cut, open } = setUp();
  const [stuck, busy] = [open('stuck'), open('busy')];
  stuck.hold(1);
  busy.hold(1);
  await clock.elapse(600);
  stuck.hold(2);
  busy.hold(0);
  busy.hold(1);
  await clock.elapse(600);
  shared.expire(1_000);
  assert.equal(cut, ['stuck']);
});

test.run();
