import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDeadlineWheel } from '../../runtime/deadline-wheel.ts';
import { manualClock } from '../support/manual-clock.ts';

const test = suite('the timing wheel');

function create() {
  const clock = manualClock(1_234_567);
  const expired: { name: number; at: number }[] = [];
  const wheel = createDeadlineWheel<{ name: number; deadline: number }>(clock, 10, ({ name }) =>
    expired.push({ name, at: clock.monotonic() }),
  );
  return { clock, expired, wheel };
}

test('notices every deadline, never early and at most a tick late', () => {
  const { clock, expired, wheel } = create();
  const deadlines = [0.5, 1, 9, 10, 11, 255, 2_559, 2_560, 2_561, 10_000].map((ms) => clock.monotonic() + ms);
  for (const [name, deadline] of deadlines.entries()) wheel.add({ name, deadline });
  clock.advance(20_000);
  assert.equal(
    expired.map(({ name }) => name),
    deadlines.map((_, name) => name),
  );
  for (const { name, at } of expired) {
    assert.ok(at >= deadlines[name]!, `${name} is early`);
    assert.ok(at <= deadlines[name]! + 10, `${name} is late`);
  }
});

test('forgets what was deleted', () => {
  const { clock, expired, wheel } = create();
  const entry = { name: 1, deadline: clock.monotonic() + 50 };
  wheel.add(entry);
  wheel.add(entry);
  assert.is(wheel.size, 1);
  wheel.delete(entry);
  wheel.delete(entry);
  assert.is(wheel.size, 0);
  clock.advance(1_000);
  assert.equal(expired, []);
});

test('catches up on all deadlines after a long sleep', () => {
  const { clock, expired, wheel } = create();
  for (let name = 0; name < 500; name += 1) wheel.add({ name, deadline: clock.monotonic() + name * 17 });
  clock.stall(100_000);
  clock.advance(0);
  assert.is(expired.length, 500);
});

test('notices a deadline that had passed when it was set', () => {
  const { clock, expired, wheel } = create();
  wheel.add({ name: 1, deadline: clock.monotonic() + 30 });
  wheel.add({ name: 2, deadline: clock.monotonic() - 500 });
  clock.advance(10);
  assert.equal(
    expired.map(({ name }) => name),
    [2],
  );
});

test('has one timer while it has entries, and none when it has not', () => {
  const { clock, wheel } = create();
  assert.is(clock.pending, 0);
  const entries = Array.from({ length: 100 }, (_, name) => ({ name, deadline: clock.monotonic() + 100 }));
  for (const entry of entries) wheel.add(entry);
  assert.is(clock.pending, 1);
  for (const entry of entries) wheel.delete(entry);
  clock.advance(50);
  assert.is(clock.pending, 0);
});

test('stops ticking when it is closed', () => {
  const { clock, expired, wheel } = create();
  wheel.add({ name: 1, deadline: clock.monotonic() + 10 });
  wheel.close();
  clock.advance(1_000);
  assert.equal(expired, []);
  assert.is(clock.pending, 0);
});

test('takes new entries while it reports old ones', () => {
  const clock = manualClock();
  let reports = 0;
  const wheel = createDeadlineWheel<{ deadline: number }>(clock, 10, () => {
    reports += 1;
    if (reports < 5) wheel.add({ deadline: clock.monotonic() + 100 });
  });
  wheel.add({ deadline: clock.monotonic() + 100 });
  clock.advance(1_000);
  assert.is(reports, 5);
});

test.run();
