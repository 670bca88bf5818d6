import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutOffFromCatalogs } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

const SEEDS = 14;

/** What came of the seeds that are run twice. */
const first = new Map<number, { readonly traceHash: string; readonly events: number }>();

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`seed ${seed} keeps every guarantee through its faults`, async () => {
    const { failure, lines, traceHash, events } = await simulate(seed);
    first.set(seed, { traceHash, events });
    assert.is(
      failure,
      undefined,
      `${lines.join('\n')}\nseed ${seed}: ${failure}\nnpm run simulate -- --seed ${seed}`,
    );
  });
}

test('the same seed gives the same run', async () => {
  for (const seed of [3, 12]) {
    const { traceHash, events } = await simulate(seed);
    assert.equal({ traceHash, events }, first.get(seed), `seed ${seed}`);
  }
});

test('a calm seed keeps its leader', async () => {
  const { failure, terms } = await simulate(1, (plan) => ({
    ...plan,
    roughness: 'calm',
    catalogs: 3,
    faultEveryMs: Number.POSITIVE_INFINITY,
    latencyMs: 2,
    dropRate: 0,
    duplicateRate: 0,
    diskMs: 1,
  }));
  assert.is(failure, undefined);
  assert.is(terms, 1);
});

for (let seed = 1; seed <= 3; seed++) {
  test(`seed ${seed} with a catalog cut off from catalogs only shows changes within a bound`, async () => {
    const { failure } = await simulate(seed, cutOffFromCatalogs);
    assert.is(failure, undefined);
  });
}

test.run();
