import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { longLists } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('lists far larger than a frame are had page by page, with every book and order that was acknowledged', async () => {
  for (const seed of [1, 2]) {
    const { failure, history, lines } = await simulate(seed, longLists);
    assert.is(failure, undefined, lines.slice(-40).join('\n'));
    const sold = history.filter((line) => line.kind === 'purchase' && line.outcome === 'ok');
    assert.ok(sold.some((line) => 'lines' in line && line.lines.length > 50));
  }
});

test.run();
