import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { under } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('a catalog whose disk fails ends and stays out until it has another, and nothing is lost', async () => {
  const rough = under(['fail a disk', 'kill any', 'slow disk'], {
    failingDisks: true,
    clients: 3,
    thinkMs: 100,
  });
  let failed = 0;
  for (const seed of [1, 2, 3]) {
    const { failure, faults, lines } = await simulate(seed, rough);
    assert.is(failure, undefined, lines.join('\n'));
    failed += faults.get('fail a disk') ?? 0;
  }
  assert.ok(failed > 0, 'no disk failed');
});

test.run();
