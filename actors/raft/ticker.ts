import type { Clock, Timer } from '../../runtime/clock.ts';

/**
 * Counts a replica's ticks without waking the process for each. Who counts says how many ticks on one will do more than
 * be counted; until then it sleeps. Ticks that have passed are taken before whatever else happens, so that at every event
 * the replica is what it would be had it woken for each of them.
 */
export interface Ticker {
  /** Ticks that have passed and are not taken yet. */
  readonly passed: number;
  /** Takes them; to be called before anything happens to the replica. */
  catchUp(): void;
  /** What has happened may have brought the next tick that does something nearer. */
  hasten(): void;
  stop(): void;
}

export function createTicker(options: {
  readonly clock: Clock;
  readonly tickMs: number;
  readonly tick: () => void;
  /** Some ticks have been taken. */
  readonly ticked: () => void;
  /** Ticks from the last one on to the next that does something; 1 where each does. */
  readonly due: () => number;
}): Ticker {
  const { clock, tickMs, tick, ticked, due } = options;
  /** When the last tick was, and how many from then on are slept through with it that ends the sleep. */
  let at = clock.monotonic();
  let asleep = 0;
  let timer: Timer | undefined;
  let isStopped = false;

  function sleep(ticks: number): void {
    asleep = ticks;
    timer = clock.setTimeout(wake, at + ticks * tickMs - clock.monotonic());
  }

  /** Late after a long sleep, it was away and hears first what has come meanwhile: its leader may have spoken. */
  function wake(): void {
    timer = undefined;
    const lateMs = clock.monotonic() - at - asleep * tickMs;
    if (asleep > 1 && lateMs > tickMs) clock.defer(takeAll);
    else takeAll();
  }

  /** The next tick is a whole one after this, however late this is: a process that gets no time counts none. */
  function takeAll(): void {
    at = clock.monotonic();
    take(asleep);
    if (!isStopped) sleep(due());
  }

  function take(ticks: number): void {
    for (let taken = 0; taken < ticks && !isStopped; taken++) tick();
    if (!isStopped) ticked();
  }

  function countPassed(): number {
    return asleep <= 1 ? 0 : Math.min(asleep - 1, Math.floor((clock.monotonic() - at) / tickMs));
  }

  sleep(1);
  return {
    get passed() {
      return countPassed();
    },
    catchUp() {
      const passed = countPassed();
      if (passed < 1) return;
      at += passed * tickMs;
      asleep -= passed;
      take(passed);
    },
    hasten() {
      if (timer === undefined || asleep <= 1) return;
      const ticks = due();
      if (ticks >= asleep) return;
      clock.clearTimeout(timer);
      sleep(ticks);
    },
    stop() {
      isStopped = true;
      clock.clearTimeout(timer);
      timer = undefined;
    },
  };
}
