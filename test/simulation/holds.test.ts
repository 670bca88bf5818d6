import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdsUnder } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

const anything = holdsUnder([
  'kill any',
  'pause the leader',
  'partition',
  'wipe a disk',
  'kill all',
  'reset a link',
]);

test('what is held is sold or put back, once, under skewed clocks and any fault, and nothing ends before its time', async () => {
  const ends = new Map<string, number>();
  for (const seed of [1, 2, 3]) {
    const { failure, history, lines } = await simulate(seed, anything);
    assert.is(failure, undefined, lines.slice(-40).join('\n'));
    for (const { outcome, code } of history.flatMap((line) => (line.kind === 'confirm' ? [line] : []))) {
      ends.set(code ?? outcome, (ends.get(code ?? outcome) ?? 0) + 1);
    }
  }
  for (const end of ['ok', 'hold-expired']) assert.ok(ends.get(end)! > 5, `${end}: ${ends.get(end)}`);
});

test.run();
