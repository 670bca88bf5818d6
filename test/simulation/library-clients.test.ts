import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followedUnder, libraryUnder } from '../mutants/plans.ts';
import { simulate } from './simulate.ts';

test('what the client library says of its calls is what happened, and its watchers and followers hear of everything', async () => {
  for (const [seed, change] of [
    [1, libraryUnder()],
    [2, followedUnder()],
  ] as const) {
    const { failure, faults, history, lines } = await simulate(seed, change);
    assert.is(failure, undefined, lines.slice(-60).join('\n'));
    assert.ok((faults.get('reset a client') ?? 0) + (faults.get('cut off a client') ?? 0) > 0);
    const ofLibrary = history.filter((line) => 'client' in line && line.client.startsWith('library-'));
    assert.ok(ofLibrary.some((line) => line.kind === 'purchase' && line.outcome === 'ok'));
    assert.ok(ofLibrary.some((line) => line.kind === 'read' && line.op.includes('hears of')));
  }
});

test.run();
