import type { Clock, Timer } from './clock.ts';

/**
 * Deadlines of many things by one timer: a hashed timing wheel (Varghese and Lauck, SOSP 1987). Setting and
 * clearing a deadline cost the same however many there are. One is noticed
 * up to a tick late, never early.
 */
export interface DeadlineWheel<T extends Expiring> {
  add(entry: T): void;
  delete(entry: T): void;
  /** Entries that wait. */
  readonly size: number;
  /** Forgets all entries and stops ticking. */
  close(): void;
}

export interface Expiring {
  /** Monotonic time in ms; not to be changed while the entry is in the wheel. */
  readonly deadline: number;
}

const SLOTS = 256;

/** Calls `expired` once for each entry whose deadline has passed. Ticks every `tickMs` while it has entries. */
export function createDeadlineWheel<T extends Expiring>(
  clock: Clock,
  tickMs: number,
  expired: (entry: T) => void,
): DeadlineWheel<T> {
  const slots = Array.from({ length: SLOTS }, () => new Set<T>());
  let size = 0;
  let visited = tickAt(clock.monotonic());
  let timer: Timer | undefined;

  function tickAt(time: number): number {
    return Math.floor(time / tickMs);
  }

  function slotOf(entry: T): Set<T> {
    return slots[tickAt(entry.deadline) % SLOTS]!;
  }

  function remove(entry: T): void {
    if (slotOf(entry).delete(entry)) size -= 1;
  }

  /** Looks only once the turn has handled what has arrived, so that an answer that is here beats its deadline. */
  function sleep(): void {
    timer = clock.setTimeout(() => clock.defer(visit), tickMs);
  }

  function visit(): void {
    if (timer === undefined) return;
    const now = clock.monotonic();
    const current = tickAt(now);
    const late: T[] = [];
    for (let tick = Math.max(visited, current - SLOTS + 1); tick <= current; tick += 1)
      for (const entry of slots[tick % SLOTS]!) if (entry.deadline <= now) late.push(entry);
    visited = current;
    for (const entry of late) remove(entry);
    timer = undefined;
    if (size > 0) sleep();
    for (const entry of late) expired(entry);
  }

  return {
    add(entry) {
      if (timer === undefined) {
        visited = tickAt(clock.monotonic());
        sleep();
      }
      visited = Math.min(visited, tickAt(entry.deadline));
      const slot = slotOf(entry);
      if (!slot.has(entry)) size += 1;
      slot.add(entry);
    },
    delete: remove,
    get size() {
      return size;
    },
    close() {
      clock.clearTimeout(timer);
      timer = undefined;
      for (const slot of slots) slot.clear();
      size = 0;
    },
  };
}
