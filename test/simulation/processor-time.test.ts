import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readersOfPages } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('forty readers of the largest pages cost the leader neither its role nor anybody a purchase', async () => {
  const { failure, history, terms, lines } = await simulate(1, readersOfPages);
  assert.is(failure, undefined, lines.slice(-40).join('\n'));
  assert.is(terms, 1);
  assert.ok(history.filter((line) => line.kind === 'purchase' && line.outcome === 'ok').length > 50);
});

test.run();
