import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock } from '../support/manual-clock.ts';
import { createDriverTrial } from './driver-support.ts';

test('ticks that change nothing cost a follower no turn, and its election comes all the same', async () => {
  const clock = manualClock();
  let turns = 0;
  const counting = {
    ...clock,
    defer(run: () => void) {
      turns++;
      clock.defer(run);
    },
  };
  const { raft, driver } = await createDriverTrial({ clock: counting });
  await clock.elapse(0);
  turns = 0;
  await clock.elapse(raft.limits.tickMs * (raft.timeout - 1));
  assert.is(raft.elapsed, raft.timeout - 1);
  assert.is(turns, 0);
  await clock.elapse(raft.limits.tickMs * 2);
  assert.is(driver.role, 'pre-candidate');
  assert.ok(turns > 0);
});

test.run();
