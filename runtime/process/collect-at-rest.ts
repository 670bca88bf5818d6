import { Session } from 'node:inspector';
import { type Clock, systemClock } from '../clock.ts';

/** When a process is at rest, and what it then collects. */
interface RestLimits {
  /** Ms between two looks. */
  readonly lookMs: number;
  /** Ms of the processor between two looks, with more of which it is busy. */
  readonly maxCpuMs: number;
  /** Looks in a row that find it at rest before it collects; after its start it is one. */
  readonly looks: number;
  /** Bytes of heap with more of which collecting at once would take too long. */
  readonly maxHeapBytes: number;
}

const REST: RestLimits = { lookMs: 2_500, maxCpuMs: 100, looks: 24, maxHeapBytes: 64 * 1024 ** 2 };

/**
 * V8 collects what a busy time leaves behind only when more comes, so a process that has come to rest goes on holding it. Here
 * it is collected once when the process rests, and not again before it has been busy. Of the start, soon; later only after a
 * longer rest, since what comes next costs half as much again for a second: the code has to be made fast anew.
 */
export function collectAtRest({
  clock,
  limits = REST,
  mayPause = () => true,
  heap = systemHeap,
}: RestOptions): void {
  let isLittered = true;
  /** Collecting is no work that leaves something behind: the look after it counts for nothing. */
  let hasJustCollected = false;
  /** Looks in a row that found it at rest. */
  let rested = 0;
  let needed = 1;
  let spentMs = clock.cpu();

  function look(): void {
    const isBusy = clock.cpu() - spentMs > limits.maxCpuMs;
    if (hasJustCollected) hasJustCollected = false;
    else if (isBusy) {
      isLittered = true;
      rested = 0;
    } else if (isLittered && ++rested >= needed && heap.bytes() <= limits.maxHeapBytes && mayPause()) {
      heap.collect();
      isLittered = false;
      hasJustCollected = true;
      needed = limits.looks;
    }
    spentMs = clock.cpu();
    clock.setTimeout(look, limits.lookMs);
  }

  clock.setTimeout(look, limits.lookMs);
}

interface RestOptions {
  readonly clock: Pick<Clock, 'cpu' | 'setTimeout'>;
  readonly limits?: RestLimits;
  /** Whether it may stand still for a moment: a leader that does so may lose its term where others need the processor. */
  readonly mayPause?: (() => boolean) | undefined;
  readonly heap?: Heap;
}

/** What this process holds in memory of JavaScript. */
interface Heap {
  /** Bytes in use, garbage included. */
  bytes(): number;
  /** Frees all that nothing refers to, and gives the memory back, when this turn is over; nothing else runs meanwhile. */
  collect(): void;
}

const systemHeap: Heap = {
  bytes: () => process.memoryUsage().heapUsed,
  collect() {
    // The collector of the inspector also gives pages back to the system, which `gc()` of `--expose-gc` does not.
    const session = new Session();
    session.connect();
    // It runs once nothing else does. Ended in its own callback, the session would stand still with the process.
    session.post('HeapProfiler.collectGarbage', () => systemClock.defer(() => session.disconnect()));
  },
};
