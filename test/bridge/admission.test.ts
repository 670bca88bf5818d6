import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAdmission } from '../../gateway/bridge/admission.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';

/** How many of `tries` requests come in. */
function admitted({ admits }: ReturnType<typeof createAdmission>, address: string, tries: number): number {
  return Array.from({ length: tries }, () => admits(address)).filter(Boolean).length;
}

test('by default each address elsewhere has 200 requests a second, and this machine as many as it likes', () => {
  const clock = manualClock();
  const admission = createAdmission(DEFAULT_LIMITS, clock);
  assert.is(admitted(admission, '192.0.2.1', 1_000), 200);
  assert.is(admitted(admission, '192.0.2.2', 1_000), 200, 'another address has its own');
  assert.throws(() => admission.check({ inFlight: 1 }, '192.0.2.1'), /requestsPerSecond/);
  for (const own of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    assert.is(admitted(admission, own, 1_000), 1_000, own);
  }
  clock.advance(500);
  assert.is(admitted(admission, '192.0.2.1', 1_000), 100);
});

test.run();
