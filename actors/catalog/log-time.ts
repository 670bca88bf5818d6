import type { Entry } from '../../runtime/messages.ts';
import { numbersHash, type RecordHash } from './digest.ts';

/**
 * The time of the log: how long the store has been at work, in ms, as its entries tell it. It is the same on every replica
 * after the same entry, never goes back, and no replica looks at a clock to know it.
 *
 * Within one term all stamps are of one leader's clock, so their differences are time that has passed; how far that clock
 * is off does not matter. From the last stamp of one leader to the first of the next hardly anything is counted, since
 * the two clocks need not agree: nobody's hold ends early by another leader's clock, and none ends while no leader was
 * there to take its confirmation.
 */
export interface LogTime {
  readonly time: number;
  /** The last stamp that counted, in ms of the wall time of the leader of that term. */
  readonly at: number;
  readonly term: number;
}

export const TIME_START: LogTime = { time: 0, at: 0, term: 0 };

/** The most by which one entry moves the time: a clock that is set forward ends no hold by more than that. */
export const MAX_STEP_MS = 60 * 60 * 1000;

/** The most that is counted between two leaders, in ms. */
export const MAX_GAP_MS = 1_000;

/** The time once an entry is applied. No-ops have no stamp. */
export function afterEntry(
  before: LogTime,
  { at, term, command }: Pick<Entry, 'at' | 'term' | 'command'>,
): LogTime {
  if (command === null || (at === before.at && term === before.term)) return before;
  const most = before.term === 0 ? 0 : term === before.term ? MAX_STEP_MS : MAX_GAP_MS;
  return { time: before.time + Math.min(Math.max(0, at - before.at), most), at, term };
}

/** The last stamp of this clock (a leader's term) that counted, and the time there; none where that is not remembered. */
export function stampOf(
  { at, term, time }: LogTime,
  stampedBy: number | string,
): { readonly at: number; readonly time: number } | undefined {
  return stampedBy === term ? { at, time } : undefined;
}

/** The part of a time in the digest. */
export function timeHash({ time, at, term }: LogTime): RecordHash {
  return numbersHash(time, at + term);
}
