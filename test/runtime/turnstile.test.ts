import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BazarError } from '../../runtime/errors.ts';
import { createTurnstile, type Entrant, type Leave } from '../../runtime/turnstile.ts';
import { manualClock } from '../support/manual-clock.ts';

/** A turnstile for two at a time, four waiting and 1,000 bytes a second, and who went through it. */
function stage() {
  const clock = manualClock();
  const turnstile = createTurnstile({ clock, inWork: 2, waiting: 4, bytesPerSecond: 1_000 });
  const begun: string[] = [];
  const refused: string[] = [];
  const leaves = new Map<string, Leave>();

  function enter(name: string, more: Partial<Entrant> = {}, patienceMs = 60_000): Entrant {
    const entrant = { group: name[0]!, ...more };
    turnstile.enter(entrant, clock.monotonic() + patienceMs).then(
      (leave) => {
        begun.push(name);
        leaves.set(name, leave);
      },
      (error: BazarError) => refused.push(`${name}: ${error.code}/${error.outcome}`),
    );
    return entrant;
  }

  return {
    clock,
    turnstile,
    begun,
    refused,
    leaves,
    enter,
    leave: (name: string, bytes = 0) => leaves.get(name)!(bytes),
  };
}

test('as many are at work as may be, the groups take turns, and within one the first comes first', async () => {
  const { clock, begun, enter, leave } = stage();
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) enter(name);
  await clock.elapse(0);
  assert.equal(begun, ['a1', 'a2']);
  for (const name of ['a1', 'a2', 'a3', 'b1']) {
    leave(name);
    await clock.elapse(0);
  }
  assert.equal(begun, ['a1', 'a2', 'a3', 'b1', 'a4']);
});

test('what is too much is refused at once, and what has waited too long is refused then', async () => {
  const { clock, begun, refused, enter, leave } = stage();
  for (const name of ['a1', 'a2']) enter(name);
  for (const name of ['b1', 'b2', 'b3', 'b4', 'b5']) enter(name, {}, 500);
  await clock.elapse(499);
  assert.equal(refused, ['b5: overloaded/none']);
  await clock.elapse(1);
  assert.is(refused.length, 5);
  leave('a1');
  await clock.elapse(10);
  assert.equal(begun, ['a1', 'a2']);
  assert.is(clock.pending, 0);
});

test('bytes beyond the rate make what comes next wait, even where nothing is at work', async () => {
  const { clock, begun, enter, leave } = stage();
  enter('a1');
  await clock.elapse(0);
  leave('a1', 2_250);
  enter('a2');
  await clock.elapse(1_990);
  assert.equal(begun, ['a1']);
  await clock.elapse(20);
  assert.equal(begun, ['a1', 'a2']);
  leave('a2', 200);
  enter('a3');
  await clock.elapse(210);
  assert.equal(begun, ['a1', 'a2', 'a3'], 'a little is not waited for');
});

test('work that took processor time rests nine times as long, and 750 ms at most', async () => {
  const { clock, begun, enter, leaves } = stage();
  enter('a1');
  await clock.elapse(0);
  leaves.get('a1')!(0, 80);
  enter('a2');
  await clock.elapse(460);
  assert.equal(begun, ['a1']);
  await clock.elapse(20);
  assert.equal(begun, ['a1', 'a2']);
  leaves.get('a2')!(0, 10_000);
  enter('a3');
  await clock.elapse(730);
  assert.equal(begun, ['a1', 'a2']);
  await clock.elapse(20);
  assert.equal(begun, ['a1', 'a2', 'a3']);
});

test('whoever asks for one thing after the other is never refused, however long each takes', async () => {
  const { clock, begun, refused, enter, leaves } = stage();
  const names = Array.from({ length: 20 }, (_, n) => `a${n}`);
  for (const name of names) {
    enter(name, {}, 1_500);
    await clock.elapse(1_500);
    leaves.get(name)?.(0, 2_000);
  }
  assert.equal(refused, []);
  assert.equal(begun, names);
});

test('one that may not enter keeps nobody else waiting, and enters when it may', async () => {
  const { clock, turnstile, begun, enter } = stage();
  let may = false;
  enter('a1', { mayEnter: () => may });
  enter('a2');
  await clock.elapse(0);
  assert.equal(begun, ['a2']);
  may = true;
  turnstile.turn();
  await clock.elapse(0);
  assert.equal(begun, ['a2', 'a1']);
});

test('one that is withdrawn gives its place to the next, and a stop refuses all', async () => {
  const { clock, turnstile, begun, refused, enter, leave } = stage();
  enter('a1');
  enter('a2');
  const gone = enter('b1');
  enter('b2');
  await clock.elapse(0);
  turnstile.withdraw(gone);
  leave('a1');
  await clock.elapse(0);
  assert.equal(refused, ['b1: unavailable/none']);
  assert.equal(begun, ['a1', 'a2', 'b2']);
  enter('c1');
  enter('c2');
  turnstile.stop();
  enter('c3');
  await clock.elapse(0);
  assert.ok(refused.includes('c2: draining/none') && refused.includes('c3: draining/none'));
  assert.is(clock.pending, 0);
});

test.run();
