import { waitingClock } from '../../runtime/clock.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { type Answered, openHttpConnection, openWebSocketConnection } from '../load/connections.ts';
import type { Job } from '../load/job.ts';
import { drive, driveOpenly } from '../load/loop.ts';
import { count, createTally, summarise } from '../load/tally.ts';
import type { Figures } from '../result.ts';
import { usageOf } from '../subjects/process-tree.ts';
import type { Running, Subject } from '../subjects/subject.ts';
import { type Case, caseOf } from './scenario.ts';

/** How a subject is asked. */
export interface Door {
  readonly protocol: 'http' | 'ws' | 'ws batched';
  readonly connections: number;
  /** On each connection. */
  readonly inFlight: number;
}

export const HTTP_50: Door = { protocol: 'http', connections: 50, inFlight: 1 };
export const HTTP_1: Door = { protocol: 'http', connections: 1, inFlight: 1 };
export const WS_50_16: Door = { protocol: 'ws', connections: 50, inFlight: 16 };
export const WS_BATCHED: Door = { protocol: 'ws batched', connections: 50, inFlight: 16 };
export const LOAD_COLUMNS = ['perSecond', 'p50Ms', 'p99Ms', 'cpuUs', 'generator', 'notOk'];

/** Makes the jobs of one measurement. */
export type Jobs = (random: Random) => () => Job;

/**
 * Seconds before a measurement in which the subject gets warm, at most this share of it. A fresh process compiles what it
 * is asked for in its first ten seconds: a purchase costs this store a quarter more in them.
 */
const WARM_UP_SECONDS = 2;
const WARM_UP_SHARE = 0.5;
const PATIENCE_MS = 10_000;
const OK = 'ok';

export function loadCase(subject: Subject, door: Door, jobs: Jobs, label?: string): Case {
  return caseOf(subject, (running, { settings }) => load(running, door, jobs, settings.seconds), label);
}

/** Asks for some seconds: in a closed loop, or with `perSecond` in an open one. */
export async function load(
  { url, pids }: Running,
  door: Door,
  jobs: Jobs,
  seconds: number,
  perSecond?: number,
): Promise<Figures> {
  const tally = createTally();
  const socketUrl = `${url.replace('http', 'ws')}/ws`;
  const { protocol, inFlight, connections } = door;
  const loop = {
    open: (answer: Answered) =>
      protocol === 'http'
        ? openHttpConnection(url, answer)
        : openWebSocketConnection(socketUrl, inFlight, answer, protocol === 'ws batched'),
    connections,
    clock: waitingClock,
    warmUpSeconds: 0,
    seconds: Math.min(WARM_UP_SECONDS, seconds * WARM_UP_SHARE),
    patienceMs: PATIENCE_MS,
    next: jobs(seededRandom(1)),
    done() {},
  };
  await drive(loop);
  const before = await usageOf(pids);
  const own = process.cpuUsage();
  const measured = { ...loop, seconds, done: (sample: Parameters<typeof count>[1]) => count(tally, sample) };
  const driven = await (perSecond === undefined ? drive(measured) : driveOpenly({ ...measured, perSecond }));
  const spent = process.cpuUsage(own);
  const after = await usageOf(pids);

  const summary = summarise(tally, driven.seconds);
  const { answered } = summary;
  const bad = answered - (summary.outcomes[OK] ?? 0) + driven.unanswered;
  return {
    perSecond: (summary.outcomes[OK] ?? 0) / driven.seconds,
    p50Ms: summary.p50,
    p99Ms: summary.p99,
    ...(before && after && { cpuUs: (after.cpuUs - before.cpuUs) / answered }),
    generator: (spent.user + spent.system) / driven.seconds / 10_000,
    notOk: (100 * bad) / Math.max(1, answered + driven.unanswered),
    ...(perSecond !== undefined && { rate: perSecond }),
  };
}
