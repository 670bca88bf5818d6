import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folderPutBack } from '../mutants/plans.ts';
import type { Plan } from './plan.ts';
import { simulate } from './simulate.ts';

async function isRefusedAndReplaced(lostFolder: NonNullable<Plan['lostFolder']>): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const { failure, refusedFolders, lines } = await simulate(seed, folderPutBack(lostFolder));
    assert.is(failure, undefined, lines.slice(-40).join('\n'));
    assert.is(refusedFolders, 1);
  }
}

test('the folder of one catalog put back to an earlier copy is refused, and comes back from the others', () =>
  isRefusedAndReplaced('beside equals'));

test('put back beside a catalog that is behind, it would be a majority with it: nothing is lost, since it is refused', () =>
  isRefusedAndReplaced('beside one behind'));

test.run();
