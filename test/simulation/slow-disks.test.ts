import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate } from './simulate.ts';
import { type SlowDisks, underSlowDisks } from './slow-disks.ts';

async function everySeed(seeds: readonly number[], rules: SlowDisks): Promise<void> {
  for (const seed of seeds) {
    const { failure, lines, faults } = await simulate(seed, underSlowDisks(rules));
    assert.is(failure, undefined, `${lines.join('\n')}\nseed ${seed}: ${failure}`);
    assert.ok((faults.get(rules.fault) ?? 0) > 0, `seed ${seed} has no such fault`);
  }
}

test('syncs of up to a second on a majority or on all elect nobody, and purchases go on', async () => {
  const rules = { slowestSyncMs: 1_000, maxNewTerms: 0, longestDroughtMs: 3_000 };
  await everySeed([1, 2], { fault: 'slow disks', ...rules });
});

test('syncs of up to two seconds elect nobody', async () => {
  await everySeed([1, 2], { fault: 'slow disks', slowestSyncMs: 2_000, maxNewTerms: 0 });
});

test('leaders that die while all disks are slow are succeeded within a term each', async () => {
  const rules = { diskMs: 1_000, faultEveryMs: 7_000, maxNewTerms: 3, longestDroughtMs: 9_000 };
  await everySeed([1, 2], { fault: 'kill the leader', ...rules });
});

test('a disk that hangs under its leader costs it the lead, and the store a few seconds', async () => {
  const rules = { faultEveryMs: 6_000, maxNewTerms: 4, longestDroughtMs: 5_000 };
  await everySeed([1, 2], { fault: 'hang the leader disk', ...rules });
});

test('disks that hang on all catalogs at once leave no row of elections behind', async () => {
  await everySeed([1, 2], { fault: 'hang all disks', faultEveryMs: 6_000, maxNewTerms: 4 });
});

test.run();
