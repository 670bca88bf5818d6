import { readFileSync } from 'node:fs';

/** Nanoseconds for which the kernel has let this thread run; what else the machine does is not in it. */
const ofThread = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]);

/** How long each turn of the event loop was that had anything to do, in milliseconds of the thread's processor time. */
export function watchTurns(): { stop(): number[] } {
  const tookMs: number[] = [];
  let last = ofThread();
  let immediate = setImmediate(look);

  function look(): void {
    const now = ofThread();
    const passed = (now - last) / 1e6;
    if (passed > IDLE_MS) tookMs.push(passed);
    last = now;
    immediate = setImmediate(look);
  }

  return {
    stop() {
      clearImmediate(immediate);
      return tookMs;
    },
  };
}

/** What looking alone costs, or less. */
const IDLE_MS = 0.2;
