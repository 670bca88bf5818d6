import type { Clock, Timer } from '../../runtime/clock.ts';
import { type Due, pop, push } from './heap.ts';

/**
 * A clock that stands still until a test moves it. Timers run in the order of their times, those of one time in
 * the order in which they were set, and a timer that sets itself anew runs as often as the time allows.
 */
export interface ManualClock extends Clock {
  /** Moves on by `ms` milliseconds and runs all that falls due, at its own time. Promises settle only later. */
  advance(ms: number): void;
  /** The same, and lets promises settle before the first, between any two, and after the last. */
  elapse(ms: number): Promise<void>;
  /** Moves on by `ms` without running anything, as a process does that was paused. */
  stall(ms: number): void;
  /** Timers set and not yet run. */
  readonly pending: number;
}

interface Alarm extends Due {
  readonly run: () => void;
}

export function manualClock(startMs = 1_000_000): ManualClock {
  let time = startMs;
  let order = 0;
  const heap: Alarm[] = [];
  const live = new Set<Timer>();

  function setAlarm(run: () => void, delayMs: number): Timer {
    const alarm: Alarm = { at: time + Math.max(0, delayMs), order: order++, run };
    push(heap, alarm);
    live.add(alarm);
    return alarm;
  }

  /** The next alarm at or before `until`; cancelled ones are dropped on the way. */
  function take(until: number): Alarm | undefined {
    for (let first = heap[0]; first && first.at <= until; first = heap[0]) {
      pop(heap);
      if (live.delete(first)) return first;
    }
    return undefined;
  }

  function runAt(alarm: Alarm): void {
    time = Math.max(time, alarm.at);
    alarm.run();
  }

  return {
    now: () => time,
    monotonic: () => time,
    cpu: () => time,
    setTimeout: setAlarm,
    clearTimeout: (timer) => void (timer && live.delete(timer)),
    defer: (run) => void setAlarm(run, 0),
    advance(ms) {
      const until = time + ms;
      for (let alarm = take(until); alarm; alarm = take(until)) runAt(alarm);
      time = Math.max(time, until);
    },
    async elapse(ms) {
      const until = time + ms;
      await settle();
      for (let alarm = take(until); alarm; alarm = take(until)) {
        runAt(alarm);
        await settle();
      }
      time = Math.max(time, until);
    },
    stall(ms) {
      time += ms;
    },
    get pending() {
      return live.size;
    },
  };
}

/** Resolves when every promise that can settle by itself has settled. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
