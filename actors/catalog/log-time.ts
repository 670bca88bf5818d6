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
 * Where an outer engine orders the log, every catalog appends and stamps by its own clock, and clocks cannot be compared.
 * So one of them is the timekeeper: what passes between its stamps is the time of the log. A stamp counts only if it was
 * given after the one before had been applied there, so at most two of them span the moment at which an entry got its
 * place, and each counts for a second at most: a hold has that much longer (`graceOf`), and none ends early. Another's
 * tick makes it the timekeeper, from when on its own stamps count; nothing passes meanwhile.
 */
export interface LogTime {
  readonly time: number;
  /** The last stamp that counted, in ms of the wall time of the leader of that term. */
  readonly at: number;
  readonly term: number;
  /** Over an outer log: who keeps the time, and the batch of its last stamp; nobody yet where it is empty. */
  readonly keeper?: { readonly by: string; readonly ordinal: number };
}

export const TIME_START: LogTime = { time: 0, at: 0, term: 0 };

/** The most by which one entry moves the time: a clock that is set forward ends no hold by more than that. */
export const MAX_STEP_MS = 60 * 60 * 1000;

/** The most that is counted between two leaders, in ms. */
export const MAX_GAP_MS = 1_000;

/** The most that one stamp of a timekeeper counts. */
const KEEPER_STEP_MS = 1_000;

/** What an entry tells of the time: where it has its place in an outer log, and what its sender had applied. */
export type Stamped = Pick<Committed<unknown>, 'at' | 'term' | 'command' | 'outer'>;

/** The time once an entry is applied. No-ops have no stamp. */
export function afterEntry(before: LogTime, { at, term, command, outer }: Stamped): LogTime {
  if (outer) return afterStamp(before, at, outer, isTick(command));
  if (command === null || (at === before.at && term === before.term)) return before;
  const most = before.term === 0 ? 0 : term === before.term ? MAX_STEP_MS : MAX_GAP_MS;
  return { time: before.time + Math.min(Math.max(0, at - before.at), most), at, term };
}

function afterStamp(
  before: LogTime,
  at: number,
  outer: NonNullable<Stamped['outer']>,
  tick: boolean,
): LogTime {
  const { by, ordinal, seen } = outer;
  const { keeper = { by: '', ordinal: 0 }, time } = before;
  if (by === keeper.by) {
    if (ordinal === keeper.ordinal || seen < keeper.ordinal) return before;
    const passed = Math.min(Math.max(0, at - before.at), KEEPER_STEP_MS);
    return { time: time + passed, at, term: 0, keeper: { by, ordinal } };
  }
  if (tick) return { time, at, term: 0, keeper: { by, ordinal } };
  return before.keeper ? before : { time, at: 0, term: 0, keeper };
}

function isTick(command: unknown): boolean {
  return (command as { kind?: string } | null)?.kind === 'tick';
}

/** So much longer holds last, so that none ends early. */
export function graceOf({ keeper }: LogTime): number {
  return keeper ? 2 * KEEPER_STEP_MS : 0;
}

/**
 * The last stamp of this clock (a leader's term, or one who appends) that counted, the time there, and for how long the
 * next may count; none where another's clock counts.
 */
export function stampOf(
  { at, term, time, keeper }: LogTime,
  stampedBy: number | string,
): { readonly at: number; readonly time: number; readonly most: number } | undefined {
  if (typeof stampedBy === 'string') {
    return keeper?.by === stampedBy ? { at, time, most: KEEPER_STEP_MS } : undefined;
  }
  return stampedBy === term ? { at, time, most: MAX_STEP_MS } : undefined;
}

/** The part of a time in the digest. */
export function timeHash({ time, at, term, keeper }: LogTime): RecordHash {
  return numbersHash(time, at + term + (keeper?.ordinal ?? 0));
}
