import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fullDisks } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('catalogs whose disks are full keep no promises, come back when there is room, and nothing is lost', async () => {
  for (const seed of [1, 2]) {
    const { failure, faults, lines } = await simulate(seed, fullDisks);
    assert.is(failure, undefined, lines.join('\n'));
    assert.ok((faults.get('fill a disk') ?? 0) > 0);
  }
});

test.run();
