import type { Clock } from '../../runtime/clock.ts';
import type { Raft } from './core/raft.ts';

/**
 * How long ago this catalog knew, and had applied, everything that a leader had committed. A catalog that is cut
 * off from the others does not notice it by what it has; the gateways that follow its feed must hear of it.
 */
export interface LeaderContact {
  /** Takes in what the replica knows now; called as long as it counts ticks. */
  look(): void;
  /** Milliseconds since then; null before it has ever been so. */
  silentMs(): number | null;
}

export function createLeaderContact(options: {
  readonly raft: Readonly<Raft>;
  readonly applied: () => number;
  readonly uncountedTicks: () => number;
  readonly clock: Clock;
}): LeaderContact {
  const { raft, applied, uncountedTicks, clock } = options;
  let heardAt: number | null = null;
  /** What was committed when a leader was heard, until it is applied here. */
  let awaited: { readonly index: number; readonly heardAt: number } | undefined;

  return {
    look() {
      const { leader, commit, leaderCommit, term, log, elapsed, limits } = raft;
      // Before a leader has committed an entry of its term it may not know what its predecessor had committed.
      const isVouchedFor = leader !== null && commit >= leaderCommit && log.termAt(commit) === term;
      const silentMs = (elapsed + uncountedTicks()) * limits.tickMs;
      if (isVouchedFor) awaited ??= { index: commit, heardAt: clock.monotonic() - silentMs };
      if (!awaited || applied() < awaited.index) return;
      heardAt = Math.max(heardAt ?? awaited.heardAt, awaited.heardAt);
      awaited = undefined;
    },
    silentMs: () => (heardAt === null ? null : Math.max(0, Math.round(clock.monotonic() - heardAt))),
  };
}
