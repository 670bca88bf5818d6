import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { type Due, pop, push } from '../support/heap.ts';
import { settle } from '../support/manual-clock.ts';

/**
 * The one queue that drives a simulated cluster. Time is a number; nothing happens but what is taken from here,
 * one event at a time, in the order of time and, at one time, of scheduling. After each event the promises that
 * it settled run out before the next is taken, so the same seed gives the same run.
 */
export interface Scheduler {
  /** Simulated milliseconds since the start. */
  readonly now: number;
  /** Events taken so far. */
  readonly taken: number;
  /** The process of the last of them. */
  readonly last: SimProcess | undefined;
  /**
   * Schedules `run` in `process` after `delayMs`. In a paused process it waits, in a dead one it never comes.
   * `source` is the connection that it comes by; none for a timer.
   */
  after(delayMs: number, process: SimProcess, run: () => void, source?: object): Timer;
  cancel(timer: Timer | undefined): void;
  /** The process computes for this long: whatever comes to it meanwhile waits. */
  spend(process: SimProcess, ms: number): void;
  /** Takes events up to `until`; `afterEach` runs behind every one. */
  run(until: number, afterEach: () => void): Promise<void>;
}

/** One incarnation of a process: from its start to its end. */
export interface SimProcess {
  readonly name: string;
  alive: boolean;
  paused: boolean;
  /** Timers and deliveries that are to come. */
  pending: number;
  /** Until when it computes, and for how many ms it has in all. */
  busyUntil: number;
  cpuMs: number;
  /** What came while it was paused; it gets all of it at once when it goes on. */
  backlog: Late[];
}

interface Late {
  readonly run: () => void;
  readonly source: object | undefined;
}

export function createProcess(name: string): SimProcess {
  return { name, alive: true, paused: false, pending: 0, busyUntil: 0, cpuMs: 0, backlog: [] };
}

interface Event extends Due {
  at: number;
  readonly process: SimProcess;
  readonly run: () => void;
  readonly source: object | undefined;
  cancelled: boolean;
  /** It has been taken from the queue. */
  over: boolean;
}

export function createScheduler(): Scheduler {
  let now = 0;
  let order = 0;
  let taken = 0;
  let last: SimProcess | undefined;
  const heap: Event[] = [];

  function take(event: Event): boolean {
    const { process } = event;
    if (process.busyUntil > now && process.alive) {
      event.at = process.busyUntil;
      push(heap, event);
      return false;
    }
    if (!event.cancelled) process.pending--;
    event.over = true;
    if (event.cancelled || !process.alive) return false;
    if (process.paused) {
      const run = () => {
        if (!event.cancelled) event.run();
      };
      process.backlog.push({ run, source: event.source });
      return false;
    }
    taken++;
    last = process;
    event.run();
    return true;
  }

  return {
    get now() {
      return now;
    },
    get taken() {
      return taken;
    },
    get last() {
      return last;
    },
    after(delayMs, process, run, source) {
      const event = {
        at: now + Math.max(0, delayMs),
        order: order++,
        process,
        run,
        source,
        cancelled: false,
        over: false,
      };
      process.pending++;
      push(heap, event);
      return event;
    },
    cancel(timer) {
      const event = timer as Event | undefined;
      if (!event || event.cancelled) return;
      event.cancelled = true;
      if (!event.over) event.process.pending--;
    },
    spend(process, ms) {
      process.busyUntil = Math.max(now, process.busyUntil) + ms;
      process.cpuMs += ms;
    },
    async run(until, afterEach) {
      for (let event = heap[0]; event && event.at <= until; event = heap[0]) {
        pop(heap);
        now = event.at;
        if (!take(event)) continue;
        await settle();
        afterEach();
      }
      now = until;
    },
  };
}

/**
 * Lets a paused process go on: all that came meanwhile happens now, before anything new. As in a real one first its
 * timers are due, and then it reads its connections, in an order that has nothing to do with what came first.
 */
export function resume(scheduler: Scheduler, process: SimProcess, random: Random): void {
  if (!process.paused) return;
  process.paused = false;
  const bySource = new Map<object | undefined, Late[]>([[undefined, []]]);
  for (const late of process.backlog.splice(0)) {
    const others = bySource.get(late.source);
    if (others) others.push(late);
    else bySource.set(late.source, [late]);
  }
  const [timers, ...connections] = [...bySource.values()];
  const inOrder = [timers!];
  while (connections.length > 0) inOrder.push(...connections.splice(random.integer(connections.length), 1));
  for (const { run, source } of inOrder.flat()) scheduler.after(0, process, run, source);
}

/** The clock as one process reads it: off by `offsetMs`, and fast or slow by `rate`. */
export function processClock(
  scheduler: Scheduler,
  process: SimProcess,
  { offsetMs, rate }: { offsetMs: number; rate: number },
): Clock {
  return {
    now: () => Math.floor(1_700_000_000_000 + offsetMs + scheduler.now * rate),
    monotonic: () => offsetMs + scheduler.now * rate,
    cpu: () => process.cpuMs,
    setTimeout: (run, delayMs) => scheduler.after(delayMs / rate, process, run),
    clearTimeout: (timer) => scheduler.cancel(timer),
    defer: (run) => void scheduler.after(0, process, run),
  };
}
