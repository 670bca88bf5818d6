import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { slowedStore } from '../../storage/slowed-store.ts';
import { manualClock } from '../support/manual-clock.ts';

test('a slowed disk writes later, and as before once its time is over', async () => {
  const clock = manualClock();
  const store = slowedStore(await openMemoryStore(), clock);
  store.slow(200, 1_000);
  let written = false;
  const write = (value: string) => store.write([{ type: 'put', key: 'k', value }]);
  const first = write('1').then(() => {
    written = true;
  });
  await clock.elapse(199);
  assert.equal([written, store.get('k')], [false, undefined]);
  await clock.elapse(1);
  await first;
  assert.is(store.get('k'), '1');
  await clock.elapse(800);
  await write('2');
  assert.is(store.get('k'), '2');
});

test.run();
