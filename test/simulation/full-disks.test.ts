import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fullDisks } from '../mutants/plans.ts';
import { overOuterLog } from './over-outer-log.ts';
import { simulate } from './simulate.ts';

test('catalogs whose disks are full keep no promises, come back when there is room, and nothing is lost', async () => {
  for (const seed of [1, 2]) {
    const { failure, faults, lines } = await simulate(seed, fullDisks);
    assert.is(failure, undefined, lines.join('\n'));
    assert.ok((faults.get('fill a disk') ?? 0) > 0);
  }
});

test('over an outer log one catalog whose disk has room sells while that of another is full', async () => {
  // Before, order replicas of the simulation waited for a majority with room.
  const { failure, faults, lines } = await simulate(951_021, overOuterLog);
  assert.is(failure, undefined, lines.join('\n'));
  assert.ok((faults.get('fill a disk') ?? 0) > 0);
});

test.run();
