import { type Clock, sleep } from '../../runtime/clock.ts';
import type { Answered, BenchConnection, Outcome } from './connections.ts';
import type { Job } from './job.ts';

/** One finished job; times are monotonic milliseconds. */
export interface Sample {
  readonly job: Job;
  readonly outcome: Outcome;
  /** When it was sent; in an open loop when it was to be sent, however long it then waited for a connection. */
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Driven {
  /** From the end of the warm-up to the last answer. */
  readonly seconds: number;
  /** Jobs whose answer did not come. */
  readonly unanswered: number;
}

export interface LoopOptions {
  readonly open: (answered: Answered) => Promise<BenchConnection> | BenchConnection;
  readonly connections: number;
  readonly clock: Clock;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** How long what is under way at the end is waited for. */
  readonly patienceMs: number;
  readonly next: () => Job;
  readonly done: (sample: Sample) => void;
}

/** Milliseconds between two looks at what is due, or at whether all is done. */
const LOOK_MS = 1;
const LAST_LOOK_MS = 20;

/** A place for one job on one connection. */
interface Slot {
  readonly begin: (job: Job, startedMs: number) => void;
}

/**
 * A closed loop: keeps every slot of every connection busy for `warmUpSeconds` and then `seconds`, and waits
 * `patienceMs` at most for what is under way at the end. Jobs of the warm-up are not reported. A lost connection stays so.
 */
export function drive(options: LoopOptions): Promise<Driven> {
  const { clock, next } = options;
  return run(options, {
    began: (slots) => {
      for (const { begin } of slots) begin(next(), clock.monotonic());
    },
    freed: ({ begin }, nowMs) => begin(next(), nowMs),
    waiting: () => 0,
  });
}

/**
 * An open loop: begins a job every 1/`perSecond` seconds, whether earlier ones are answered or not. One that finds every
 * slot busy waits for one, and its time counts from when it was due: a slow answer delays the others and they say so.
 */
export function driveOpenly(options: LoopOptions & { readonly perSecond: number }): Promise<Driven> {
  const { clock, next, perSecond } = options;
  const lengthMs = (options.warmUpSeconds + options.seconds) * 1000;
  const total = Math.floor((lengthMs * perSecond) / 1000);
  const free: Slot[] = [];
  let firstMs = 0;
  let begun = 0;
  const dueMs = () => firstMs + (begun * 1000) / perSecond;
  const beginDue = () => {
    const nowMs = clock.monotonic();
    while (begun < total && free.length > 0 && dueMs() <= nowMs) {
      const startedMs = dueMs();
      begun += 1;
      free.pop()!.begin(next(), startedMs);
    }
  };
  return run(options, {
    began(slots) {
      for (const slot of slots) free.push(slot);
      firstMs = clock.monotonic();
      const tick = () => {
        beginDue();
        if (begun < total && clock.monotonic() < firstMs + lengthMs + options.patienceMs)
          clock.setTimeout(tick, LOOK_MS);
      };
      tick();
    },
    freed(slot) {
      free.push(slot);
      beginDue();
    },
    waiting: () => total - begun,
  });
}

interface Pace {
  began(slots: readonly Slot[]): void;
  /** A slot's job was answered, before the time was over or while jobs wait. */
  freed(slot: Slot, nowMs: number): void;
  /** Jobs that have not begun and still must. */
  waiting(): number;
}

async function run(options: LoopOptions, pace: Pace): Promise<Driven> {
  const { clock, done } = options;
  const connections: BenchConnection[] = [];
  const slots: Slot[] = [];
  let fromMs = 0;
  let untilMs = 0;
  let lastMs = 0;
  let underWay = 0;

  for (let index = 0; index < options.connections; index += 1) {
    const jobs: Job[] = [];
    const startedMs: number[] = [];
    const own: Slot[] = [];
    const connection = await options.open((place, outcome) => {
      const endedMs = clock.monotonic();
      underWay -= 1;
      lastMs = endedMs;
      const sample = { job: jobs[place]!, outcome, startedMs: startedMs[place]!, endedMs };
      if (sample.startedMs >= fromMs) done(sample);
      const goesOn = endedMs < untilMs || pace.waiting() > 0;
      if (outcome !== 'lost' && goesOn) pace.freed(own[place]!, endedMs);
    });
    connections.push(connection);
    for (let place = 0; place < connection.width; place += 1) {
      own.push({
        begin(job, startMs) {
          jobs[place] = job;
          startedMs[place] = startMs;
          underWay += 1;
          connection.send(place, job);
        },
      });
    }
    for (const slot of own) slots.push(slot);
  }

  fromMs = clock.monotonic() + options.warmUpSeconds * 1000;
  untilMs = fromMs + options.seconds * 1000;
  pace.began(slots);
  const giveUpMs = untilMs + options.patienceMs;
  const isOver = () => clock.monotonic() >= untilMs && underWay === 0 && pace.waiting() === 0;
  while (!isOver() && clock.monotonic() < giveUpMs) await sleep(clock, LAST_LOOK_MS);
  const unanswered = underWay + pace.waiting();
  for (const connection of connections) connection.close();
  return { unanswered, seconds: Math.max(lastMs - fromMs, 1) / 1000 };
}
