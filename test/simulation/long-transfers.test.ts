import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { underLongTransfers } from './long-transfers.ts';
import { simulate } from './simulate.ts';

test('a transfer ends although more is committed meanwhile than the log keeps for it', async () => {
  const { failure, faults } = await simulate(1, underLongTransfers);
  assert.is(failure, undefined);
  assert.ok((faults.get('wipe a disk') ?? 0) > 0);
});

test.run();
