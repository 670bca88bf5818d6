import type { Clock, Timer } from './clock.ts';
import { BazarError } from './errors.ts';

/**
 * Lets heavy work in, a little at a time, so that it cannot keep a process from its light work: at most `inWork` at
 * once, `bytesPerSecond` in all, and a tenth of the time. What cannot begin waits, at most `waiting` of it. Groups (clients, peers) take
 * turns, and within a group the first that may enter comes first.
 */
export interface Turnstile {
  /**
   * Resolves when the work may begin, with what must be called once at its end. Rejects with `overloaded` if too
   * much waits or if it is not its turn by `deadline` (monotonic ms).
   */
  enter(entrant: Entrant, deadline: number): Promise<Leave>;
  /** Nobody waits for this one any more; its `enter` rejects. */
  withdraw(entrant: Entrant): void;
  /** Looks again whether somebody may enter: call it when an answer of `mayEnter` has changed. */
  turn(): void;
  /** Rejects all that wait and all that come. */
  stop(): void;
}

export interface Entrant {
  readonly group: string;
  /** False while another reason keeps it waiting; true if left out. */
  mayEnter?(): boolean;
  /** Called in the moment of its turn, before anybody else is looked at. */
  entered?(): void;
}

/** The work is done: it came to so many bytes, and took so many milliseconds of this process' processor time. */
export type Leave = (bytes: number, busyMs?: number) => void;

/** Times that heavy work rests for as long as it was busy, which matters where the machine is slower than its rate. */
const REST = 9;
/**
 * Milliseconds of the longest such rest. It is well below the time that anybody waits for a turn, so that whoever
 * asks for one thing after the other always gets it, however slow the machine is.
 */
const MAX_REST_MS = 750;

/** Milliseconds of `bytesPerSecond` that may be spent at once after a quiet time. */
const BURST_MS = 250;

interface Waiting {
  readonly entrant: Entrant;
  readonly deadline: number;
  readonly resolve: (leave: Leave) => void;
  readonly reject: (error: BazarError) => void;
}

export function createTurnstile(options: {
  readonly clock: Clock;
  readonly inWork: number;
  readonly waiting: number;
  readonly bytesPerSecond: number;
}): Turnstile {
  const { clock, bytesPerSecond } = options;
  /** What waits, by group. The groups are in the order of their turns, and none is empty. */
  const groups = new Map<string, Waiting[]>();
  let waiting = 0;
  let inWork = 0;
  /** Monotonic ms up to which the bytes made so far are spread. */
  let spentUntil = 0;
  let timer: Timer | undefined;
  let stopped = false;

  const busy = () => inWork >= options.inWork || spentUntil - BURST_MS > clock.monotonic();

  function begin(entrant: Entrant): Leave {
    inWork += 1;
    entrant.entered?.();
    let over = false;
    return (bytes, busyMs = 0) => {
      if (over) return;
      over = true;
      inWork -= 1;
      const spentMs = Math.max((bytes / bytesPerSecond) * 1000, Math.min(busyMs * REST, MAX_REST_MS));
      spentUntil = Math.max(spentUntil, clock.monotonic()) + spentMs;
      turn();
    };
  }

  function take(group: string, place: number): Waiting {
    const queue = groups.get(group)!;
    const [taken] = queue.splice(place, 1);
    waiting -= 1;
    // A group that had its turn goes to the end.
    groups.delete(group);
    if (queue.length > 0) groups.set(group, queue);
    return taken!;
  }

  function next(): Waiting | undefined {
    for (const [group, queue] of groups) {
      const place = queue.findIndex(({ entrant }) => entrant.mayEnter?.() ?? true);
      if (place >= 0) return take(group, place);
    }
    return undefined;
  }

  function refuse(which: (one: Waiting) => boolean, error: () => BazarError): void {
    const refused: Waiting[] = [];
    for (const [group, queue] of groups) {
      const kept = queue.filter((one) => !which(one));
      if (kept.length === queue.length) continue;
      for (const one of queue) if (which(one)) refused.push(one);
      if (kept.length > 0) groups.set(group, kept);
      else groups.delete(group);
    }
    waiting -= refused.length;
    for (const { reject } of refused) reject(error());
  }

  function turn(): void {
    const now = clock.monotonic();
    refuse(({ deadline }) => deadline <= now, tooMuch);
    while (!busy()) {
      const found = next();
      if (!found) break;
      found.resolve(begin(found.entrant));
    }
    lookAgain(now);
  }

  /** At the next deadline, or when the bytes allow it; a place that gets free calls `turn` itself. */
  function lookAgain(now: number): void {
    clock.clearTimeout(timer);
    timer = undefined;
    if (waiting === 0) return;
    let at = Number.POSITIVE_INFINITY;
    for (const queue of groups.values()) for (const { deadline } of queue) at = Math.min(at, deadline);
    if (inWork < options.inWork && spentUntil - BURST_MS > now) at = Math.min(at, spentUntil - BURST_MS);
    timer = clock.setTimeout(turn, Math.max(1, Math.ceil(at - now)));
  }

  return {
    enter(entrant, deadline) {
      if (stopped) return Promise.reject(new BazarError('draining'));
      if (waiting === 0 && !busy() && (entrant.mayEnter?.() ?? true)) return Promise.resolve(begin(entrant));
      if (waiting >= options.waiting) return Promise.reject(tooMuch());
      return new Promise((resolve, reject) => {
        const queue = groups.get(entrant.group);
        const one = { entrant, deadline, resolve, reject };
        if (queue) queue.push(one);
        else groups.set(entrant.group, [one]);
        waiting += 1;
        turn();
      });
    },
    withdraw(entrant) {
      refuse(
        (one) => one.entrant === entrant,
        () => new BazarError('unavailable', 'Nobody waits for this any more.'),
      );
    },
    turn,
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
      refuse(
        () => true,
        () => new BazarError('draining'),
      );
    },
  };
}

const tooMuch = () =>
  new BazarError('overloaded', 'Too many large reads are asked for; ask again in a moment.');
