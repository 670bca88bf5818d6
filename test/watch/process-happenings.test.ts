import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createProcessHappenings } from '../../gateway/watch/process-happenings.ts';

function setUp() {
  const told: (readonly [kind: string, text: string])[] = [];
  const takeProcesses = createProcessHappenings({ note: (kind, text) => void told.push([kind, text]) });
  return { told, takeProcesses };
}

test('the first word of the launcher is no happening, whatever it says', () => {
  const { told, takeProcesses } = setUp();
  takeProcesses([
    { id: 'catalog-1', pid: 1 },
    { id: 'catalog-2', reason: 'SIGKILL' },
  ]);
  takeProcesses([
    { id: 'catalog-1', pid: 1 },
    { id: 'catalog-2', reason: 'SIGKILL' },
  ]);
  assert.equal(told, []);
});

test('an end is told with its cause and when the process is started again, and then the start', () => {
  const { told, takeProcesses } = setUp();
  takeProcesses([{ id: 'catalog-1', pid: 1 }]);
  takeProcesses([{ id: 'catalog-1', reason: 'SIGKILL', againInMs: 100 }]);
  takeProcesses([{ id: 'catalog-1', pid: 2 }]);
  assert.equal(told, [
    ['processEnded', 'hears that catalog-1 is gone: SIGKILL, is started again in 100 ms'],
    ['processStarted', 'hears that catalog-1 has a process again'],
  ]);
});

test('a process that was replaced between two words has ended and begun', () => {
  const { told, takeProcesses } = setUp();
  takeProcesses([{ id: 'order-1', pid: 1 }]);
  takeProcesses([{ id: 'order-1', pid: 2 }]);
  assert.equal(
    told.map(([kind]) => kind),
    ['processEnded', 'processStarted'],
  );
});

test.run();
