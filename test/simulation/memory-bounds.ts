import type { Limits } from '../../runtime/limits.ts';
import type { StoreOperation } from '../../storage/store.ts';
import type { SimNode } from './world.ts';

/**
 * What a process may hold at once, as rules that every run obeys. They are sums of the bounds named in
 * `runtime/bounds/`, so that a queue, a batch or a tail that no bound ends breaks them.
 */

/** Effects of the largest single entry, which is atomic, and what else a batch carries: votes, positions, identities. */
const ONE_ENTRY_OPERATIONS = 100;
/** Bytes of the largest single entry that the simulation's clients send. */
const ONE_ENTRY_BYTES = 8 * 1024;

/** The operations that one batch may have. */
export function mostOperations(limits: Limits): number {
  const entries = limits.maxBatchOperations + limits.maxEntriesPerAppend + limits.maxEntriesInFlight;
  const effects = limits.maxBatchOperations + limits.snapshotChunkRecords;
  const deletions = limits.maxBatchOperations + limits.maxUncommittedEntries;
  return entries + effects + deletions + ONE_ENTRY_OPERATIONS;
}

export function tooLargeBatch(operations: readonly StoreOperation[], limits: Limits): string | undefined {
  const most = mostOperations(limits);
  if (operations.length <= most) return undefined;
  return `a batch of ${operations.length} operations, and ${most} are the most`;
}

/** What is wrong with how much a catalog holds. */
export function tooMuchHeld({ catalog }: SimNode): string | undefined {
  const { raft } = catalog!.replica;
  const { limits, log } = raft;
  const uncommitted = log.bytesBetween(raft.commit, log.lastIndex);
  // A follower is sent what its leader took in; a leader may begin with such a tail, and adds one entry at least.
  const most = limits.maxUncommittedBytes + limits.maxBytesInFlight + ONE_ENTRY_BYTES;
  if (uncommitted > most) return `${uncommitted} bytes are not committed, and ${most} are the most`;
  return undefined;
}
