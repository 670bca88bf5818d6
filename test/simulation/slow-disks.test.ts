import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Plan } from './plan.ts';
import { simulate } from './simulate.ts';

const SEEDS = 6;

/** Three catalogs on a good network, of all faults only these, and a rule of what must go on meanwhile. */
function only(faults: readonly string[], more: Partial<Plan>): (plan: Plan) => Plan {
  return (plan) => ({
    ...plan,
    roughness: 'breeze',
    catalogs: 3,
    clients: 6,
    thinkMs: 50,
    limits: DEFAULT_LIMITS,
    faults,
    faultEveryMs: 3_000,
    faultsMs: 20_000,
    latencyMs: 2,
    dropRate: 0,
    duplicateRate: 0,
    diskMs: 3,
    ...more,
  });
}

async function everySeed(change: (plan: Plan) => Plan): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { failure, lines } = await simulate(seed, change);
    assert.is(failure, undefined, `${lines.join('\n')}\nseed ${seed}: ${failure}`);
  }
}

test('syncs of up to a second on a majority or on all elect nobody, and purchases go on', async () => {
  const rules = { slowestSyncMs: 1_000, maxNewTerms: 0, longestDroughtMs: 3_000 };
  await everySeed(only(['slow disks'], rules));
});

test('syncs of up to two seconds elect nobody', async () => {
  await everySeed(only(['slow disks'], { slowestSyncMs: 2_000, maxNewTerms: 0 }));
});

test('a leader that dies while all disks are slow is succeeded within a term or two', async () => {
  const slow = { diskMs: 1_000, slowestSyncMs: 1_000 };
  const rules = { faultsMs: 14_000, faultEveryMs: 14_000, maxNewTerms: 2, longestDroughtMs: 9_000 };
  await everySeed(only(['kill the leader'], { ...slow, ...rules }));
});

test('a disk that hangs under the leader costs a term and a few seconds', async () => {
  const rules = { faultEveryMs: 12_000, maxNewTerms: 4, longestDroughtMs: 5_000 };
  await everySeed(only(['hang the leader disk'], rules));
});

test('disks that hang on all catalogs at once leave no row of elections behind', async () => {
  const rules = { faultEveryMs: 12_000, maxNewTerms: 4 };
  await everySeed(only(['hang all disks'], rules));
});

test.run();
