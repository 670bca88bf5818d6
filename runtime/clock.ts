/**
 * The one door to time. Everything outside this file takes a `Clock`, which is what lets a whole cluster
 * run under a simulated one.
 */

/** A pending timer; opaque, only good for `clearTimeout`. */
export type Timer = { readonly timer: unique symbol } | object;

export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. For records that people read, never for deadlines. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. For deadlines and durations. */
  monotonic(): number;
  /**
   * Milliseconds of processor time that this process has used. For what work costs, which the passing of time does
   * not tell where other processes use the machine.
   */
  cpu(): number;
  /** Calls `run` once after `delayMs` milliseconds. Never keeps the process alive by itself. */
  setTimeout(run: () => void, delayMs: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
  /** Calls `run` at the end of this event-loop turn, after everything that has already arrived was handled. */
  defer(run: () => void): void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  setTimeout: (run, delayMs) => setTimeout(run, delayMs).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  defer: (run) => void setImmediate(run),
};

/** The machine's own clock for a client, whose waiting is its work: a pending timer keeps the process alive. */
export const waitingClock: Clock = {
  ...systemClock,
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
};

/** Resolves after `delayMs` milliseconds of `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, delayMs));
}

/** Keeps the process alive, which no timer of `systemClock` does, until the function it returns is called. */
export function stayAlive(): () => void {
  const hold = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(hold);
}
