import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collectAtRest } from '../../runtime/process/collect-at-rest.ts';
import { eventually } from '../support/eventually.ts';
import { manualClock } from '../support/manual-clock.ts';

const LIMITS = { lookMs: 1_000, looks: 3, maxCpuMs: 100, maxHeapBytes: 1_000 };

/** A process whose use of the processor and whose heap a test decides; `passes` lets it work so long within a second. */
function begin() {
  const clock = manualClock();
  const heap = { used: 500, collections: 0, bytes: () => heap.used, collect: () => void heap.collections++ };
  let spent = 0;
  const node = { isNeeded: false };
  const mayPause = () => !node.isNeeded;
  collectAtRest({ clock: { ...clock, cpu: () => spent }, limits: LIMITS, heap, mayPause });
  const passes = (cpuMs: number) => {
    spent += cpuMs;
    clock.advance(LIMITS.lookMs);
  };
  return { heap, node, passes };
}

test('a process that has started collects its garbage once it rests', () => {
  const { heap, passes } = begin();
  for (const cpuMs of [900, 500, 101]) passes(cpuMs);
  assert.is(heap.collections, 0, 'it was busy');
  passes(100);
  assert.is(heap.collections, 1);
  for (let second = 0; second < 60; second++) passes(50);
  assert.is(heap.collections, 1, 'nothing has come since');
});

test('when it has been busy again it collects after a longer rest, in one piece', () => {
  const { heap, passes } = begin();
  for (const cpuMs of [0, 0, 200, 0, 0, 200, 0, 0]) passes(cpuMs);
  assert.is(heap.collections, 1);
  passes(0);
  assert.is(heap.collections, 2);
});

test('what collecting costs does not make it busy, however slow the machine', () => {
  const { heap, passes } = begin();
  for (const cpuMs of [0, 700, 0, 0, 0, 0]) passes(cpuMs);
  assert.is(heap.collections, 1);
});

test('a heap of which collecting would take too long is left to V8', () => {
  const { heap, passes } = begin();
  heap.used = 1_001;
  passes(0);
  assert.is(heap.collections, 0);
  heap.used = 1_000;
  passes(0);
  assert.is(heap.collections, 1);
});

test('a process that may not stand still, as a leader, collects when it may', () => {
  const { heap, node, passes } = begin();
  node.isNeeded = true;
  for (let second = 0; second < 10; second++) passes(0);
  assert.is(heap.collections, 0);
  node.isNeeded = false;
  passes(0);
  assert.is(heap.collections, 1);
});

test('a real heap gets smaller, and the process goes on', async () => {
  let garbage: unknown = Array.from({ length: 200_000 }, (_, number) => ({ number }));
  const before = process.memoryUsage().heapUsed;
  assert.ok(garbage);
  garbage = undefined;
  const clock = manualClock();
  collectAtRest({ clock: { ...clock, cpu: () => 0 }, limits: { ...LIMITS, maxHeapBytes: 2 ** 40 } });
  clock.advance(LIMITS.lookMs);
  await eventually('collected', async () => process.memoryUsage().heapUsed < before - 4_000_000);
});

test.run();
