import type { Committed } from '../replica/state-machine.ts';
import { numbersHash, type RecordHash } from './digest.ts';

/**
 * The time of the log: how long the store has been at work, in ms, as its entries tell it. It is the same on every replica
 * after the same entry, never goes back, and no replica looks at a clock to know it.
 *
 * Within one term all stamps are of one leader's clock, so their differences are time that has passed; how far that clock
 * is off does not matter. From the last stamp of one leader to the first of the next hardly anything is counted, since
 * the two clocks need not agree: nobody's hold ends early by another leader's clock, and none ends while no leader was
 * there to take its confirmation.
 *
 * Where an outer engine orders the log, every catalog appends and stamps by its own clock. Then each clock is compared
 * with itself alone: from its last stamp to this one so much time has passed since the log's time at the former, whoever
 * stamped in between.
 */
export interface LogTime {
  readonly time: number;
  /** The last stamp that counted, in ms of the wall time of the leader of that term. */
  readonly at: number;
  readonly term: number;
  /** The last stamps of those who append to an outer log, the latest last: `at`, and the log's time there. */
  readonly stamps?: ClockStamp[];
}

/** The last stamp of one clock. */
export interface ClockStamp {
  readonly by: string;
  readonly at: number;
  readonly time: number;
}

/** So many clocks are remembered. One that is forgotten begins anew, as a new one does. */
const MAX_STAMPS = 16;

export const TIME_START: LogTime = { time: 0, at: 0, term: 0 };

/** The most by which one entry moves the time: a clock that is set forward ends no hold by more than that. */
export const MAX_STEP_MS = 60 * 60 * 1000;

/** The most that is counted between two leaders, in ms. */
export const MAX_GAP_MS = 1_000;

/** The time once an entry is applied. No-ops have no stamp. */
export function afterEntry(
  before: LogTime,
  { at, term, command, stampedBy }: Pick<Committed<unknown>, 'at' | 'term' | 'command' | 'stampedBy'>,
): LogTime {
  if (stampedBy !== undefined) return afterStamp(before, at, stampedBy);
  if (command === null || (at === before.at && term === before.term)) return before;
  const most = before.term === 0 ? 0 : term === before.term ? MAX_STEP_MS : MAX_GAP_MS;
  return { time: before.time + Math.min(Math.max(0, at - before.at), most), at, term };
}

function afterStamp(before: LogTime, at: number, by: string): LogTime {
  const stamps = before.stamps ?? [];
  const latest = stamps.at(-1);
  if (latest?.by === by && latest.at === at) return before;
  const last = latest?.by === by ? latest : stamps.find((stamp) => stamp.by === by);
  const passed = last ? Math.min(Math.max(0, at - last.at), MAX_STEP_MS) : 0;
  const time = Math.max(before.time, (last?.time ?? 0) + passed);
  const others = stamps.filter((stamp) => stamp !== last).slice(1 - MAX_STAMPS);
  return { time, at, term: before.term, stamps: [...others, { by, at, time }] };
}

/** The last stamp of this clock (a leader's term, or one who appends) that counted, and the time there; none where that is not remembered. */
export function stampOf(
  { at, term, time, stamps }: LogTime,
  stampedBy: number | string,
): { readonly at: number; readonly time: number } | undefined {
  if (typeof stampedBy === 'string') return stamps?.find(({ by }) => by === stampedBy);
  return stampedBy === term ? { at, time } : undefined;
}

/** The part of a time in the digest. */
export function timeHash({ time, at, term, stamps = [] }: LogTime): RecordHash {
  return numbersHash(
    time,
    stamps.reduce((sum, stamp) => sum + stamp.at + stamp.time, at + term),
  );
}
