import { type Clock, sleep } from '../runtime/clock.ts';
import type { Answered, BenchConnection, Job, Outcome } from './connections.ts';

/** One finished job; times are monotonic milliseconds. */
export interface Sample {
  readonly job: Job;
  readonly outcome: Outcome;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Driven {
  /** From the end of the warm-up to the last answer. */
  readonly seconds: number;
  /** Jobs whose answer did not come. */
  readonly unanswered: number;
}

/**
 * A closed loop: keeps every slot of every connection busy for `warmUpSeconds` and then `seconds`, and waits
 * `patienceMs` at most for what is under way at the end. Jobs of the warm-up are not reported. A lost connection stays so.
 */
export async function drive(options: {
  readonly open: (answered: Answered) => Promise<BenchConnection> | BenchConnection;
  readonly connections: number;
  readonly clock: Clock;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly patienceMs: number;
  readonly next: () => Job;
  readonly done: (sample: Sample) => void;
}): Promise<Driven> {
  const { clock, next, done } = options;
  const begins: (() => void)[] = [];
  const connections: BenchConnection[] = [];
  let fromMs = 0;
  let untilMs = 0;
  let lastMs = 0;
  let underWay = 0;

  for (let index = 0; index < options.connections; index += 1) {
    const jobs: Job[] = [];
    const startedMs: number[] = [];
    const begin = (slot: number, nowMs: number) => {
      const job = next();
      jobs[slot] = job;
      startedMs[slot] = nowMs;
      underWay += 1;
      connection.send(slot, job);
    };
    const connection = await options.open((slot, outcome) => {
      const endedMs = clock.monotonic();
      underWay -= 1;
      lastMs = endedMs;
      const sample = { job: jobs[slot]!, outcome, startedMs: startedMs[slot]!, endedMs };
      if (sample.startedMs >= fromMs) done(sample);
      if (outcome !== 'lost' && endedMs < untilMs) begin(slot, endedMs);
    });
    connections.push(connection);
    begins.push(() => {
      for (let slot = 0; slot < connection.width; slot += 1) begin(slot, clock.monotonic());
    });
  }

  fromMs = clock.monotonic() + options.warmUpSeconds * 1000;
  untilMs = fromMs + options.seconds * 1000;
  for (const begin of begins) begin();
  const giveUpMs = untilMs + options.patienceMs;
  while ((underWay > 0 || clock.monotonic() < untilMs) && clock.monotonic() < giveUpMs)
    await sleep(clock, 20);
  const unanswered = underWay;
  for (const connection of connections) connection.close();
  return { unanswered, seconds: Math.max(lastMs - fromMs, 1) / 1000 };
}
