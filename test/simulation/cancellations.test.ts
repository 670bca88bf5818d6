import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cancellationsUnder } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

const anything = cancellationsUnder([
  'kill any',
  'pause the leader',
  'partition',
  'wipe a disk',
  'kill all',
  'reset a link',
]);

test('what is cancelled comes back once, and counts for its customer no more, under any fault', async () => {
  const told = new Map<string, number>();
  for (const seed of [1, 8]) {
    const { failure, history, lines } = await simulate(seed, anything);
    assert.is(failure, undefined, lines.slice(-40).join('\n'));
    for (const line of history) {
      if (line.kind !== 'cancel' && line.kind !== 'purchase') continue;
      const what = `${line.kind} ${line.code ?? line.outcome}`;
      told.set(what, (told.get(what) ?? 0) + 1);
    }
  }
  for (const what of ['cancel ok', 'cancel over-cancelled', 'purchase ok', 'purchase limit-reached'])
    assert.ok(told.get(what)! > 10, `${what}: ${told.get(what)} of ${JSON.stringify([...told])}`);
});

test.run();
