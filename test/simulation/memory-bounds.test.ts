import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crowdUnder } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('a crowd before small bounds is turned away in part, and nothing grows beyond them', async () => {
  const crowd = crowdUnder(['pause any', 'partition', 'hang a disk', 'slow disks']);
  const { failure, history, lines } = await simulate(1, crowd);
  assert.is(failure, undefined, lines.slice(-60).join('\n'));
  const turnedAway = history.filter((line) => line.kind === 'purchase' && line.outcome === 'none');
  assert.ok(turnedAway.length > 0);
});

test.run();
