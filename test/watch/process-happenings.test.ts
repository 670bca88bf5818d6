import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createProcessHappenings } from '../../gateway/watch/process-happenings.ts';

function setUp() {
  const told: (readonly [kind: string, text: string])[] = [];
  const learn = createProcessHappenings({ note: (kind, text) => void told.push([kind, text]) });
  return { told, learn };
}

test('the first word of the launcher is no happening, whatever it says', () => {
  const { told, learn } = setUp();
  learn([
    { id: 'catalog-1', pid: 1 },
    { id: 'catalog-2', reason: 'SIGKILL' },
  ]);
  learn([
    { id: 'catalog-1', pid: 1 },
    { id: 'catalog-2', reason: 'SIGKILL' },
  ]);
  assert.equal(told, []);
});

test('an end is told with its cause and when the process is started again, and then the start', () => {
  const { told, learn } = setUp();
  learn([{ id: 'catalog-1', pid: 1 }]);
  learn([{ id: 'catalog-1', reason: 'SIGKILL', againInMs: 100 }]);
  learn([{ id: 'catalog-1', pid: 2 }]);
  assert.equal(told, [
    ['processEnded', 'hears that catalog-1 is gone: SIGKILL, is started again in 100 ms'],
    ['processStarted', 'hears that catalog-1 has a process again'],
  ]);
});

test('a process that was replaced between two words has ended and begun', () => {
  const { told, learn } = setUp();
  learn([{ id: 'order-1', pid: 1 }]);
  learn([{ id: 'order-1', pid: 2 }]);
  assert.equal(
    told.map(([kind]) => kind),
    ['processEnded', 'processStarted'],
  );
});

test.run();
