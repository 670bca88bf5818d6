import type { Line } from '../checkers/history.ts';

/** What is counted while buyers buy, in constant space, however long they do. Times are those of the history. */
export interface Tally {
  readonly counts: Readonly<Counts>;
  /** Answers to writes with a code that nobody who asks rightly should get, by code. */
  readonly odd: ReadonlyMap<string, number>;
  /** The longest time without a confirmed purchase, from the first one on. */
  readonly longestGap: Gap;
  /** Milliseconds from each kill of a leader to the next purchase that was asked for later and confirmed. */
  readonly recoveriesMs: readonly number[];
  /** Faults that go on now. */
  readonly inForce: ReadonlySet<string>;
  /** Takes an operation. A replayed purchase was made earlier, and shows nothing of the store of now. */
  count(line: Line, isReplay: boolean): void;
  faultBegan(name: string): void;
  faultEnded(name: string): void;
  /** A leader was killed while all else was well; measured unless another fault comes before the next purchase. */
  leaderKilled(at: number): void;
  /** The buyers have stopped. */
  end(at: number): void;
}

export interface Counts {
  operations: number;
  confirmed: number;
  refused: number;
  unknown: number;
  none: number;
  reads: number;
  /** The highest log index that an answer has shown. */
  version: number;
}

export interface Gap {
  readonly ms: number;
  /** The faults that began or went on in it. */
  readonly during: readonly string[];
}

/** Codes that are right under faults. */
const EXPECTED: ReadonlySet<string> = new Set([
  'sold-out',
  'price-changed',
  'outcome-unknown',
  'unavailable',
  'disk-full',
  'overloaded',
  'too-many-requests',
  'draining',
  'no-answer',
]);

export function createTally(): Tally {
  const counts = { operations: 0, confirmed: 0, refused: 0, unknown: 0, none: 0, reads: 0, version: 0 };
  const odd = new Map<string, number>();
  const recoveriesMs: number[] = [];
  const inForce = new Set<string>();
  let during = new Set<string>();
  let longestGap: Gap = { ms: 0, during: [] };
  let lastPurchaseAt: number | undefined;
  let killedAt: number | undefined;

  function purchased(start: number, end: number): void {
    closeGap(end);
    if (killedAt === undefined || start < killedAt) return;
    recoveriesMs.push(end - killedAt);
    killedAt = undefined;
  }

  function closeGap(at: number): void {
    const ms = at - (lastPurchaseAt ?? at);
    if (ms > longestGap.ms) longestGap = { ms, during: [...during] };
    lastPurchaseAt = at;
    during = new Set(inForce);
  }

  return {
    counts,
    odd,
    recoveriesMs,
    inForce,
    get longestGap() {
      return longestGap;
    },
    count(line, isReplay) {
      if (!('op' in line)) return;
      counts.operations += 1;
      if (line.kind === 'read') {
        if (line.outcome === 'ok') counts.reads += 1;
        else counts.none += 1;
        return;
      }
      const { code, outcome, version = 0 } = line;
      if (code !== undefined && !EXPECTED.has(code)) odd.set(code, (odd.get(code) ?? 0) + 1);
      counts.version = Math.max(counts.version, version);
      if (outcome !== 'ok') counts[outcome] += 1;
      else if (line.kind === 'purchase' || (line.kind === 'hold' && line.total !== undefined)) {
        counts.confirmed += 1;
        if (!isReplay && line.end !== null) purchased(line.start, line.end);
      }
    },
    faultBegan(name) {
      inForce.add(name);
      during.add(name);
      killedAt = undefined;
    },
    faultEnded: (name) => void inForce.delete(name),
    leaderKilled(at) {
      killedAt = at;
    },
    end: closeGap,
  };
}
