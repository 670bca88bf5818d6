import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doublingMs, fullJitterMs } from '../../runtime/backoff.ts';

const BACKOFF = { baseMs: 50, capMs: 400 };

test('the longest pause doubles with each failure, up to the cap', () => {
  const longest = [1, 2, 3, 4, 5, 2_000].map((failures) => doublingMs(failures, BACKOFF));
  assert.equal(longest, [50, 100, 200, 400, 400, 400]);
});

test('chance takes any part of the longest pause', () => {
  assert.is(fullJitterMs(3, 0, BACKOFF), 0);
  assert.is(fullJitterMs(3, 0.25, BACKOFF), 50);
});

test.run();
