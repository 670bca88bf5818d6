import type { StoreOperation } from '../../storage/store.ts';
import type { Plan } from './plan.ts';
import type { SimNode } from './world.ts';

/**
 * What a process may hold at once, as rules that every run obeys. They are sums of the bounds named in
 * `runtime/bounds/`, so that a queue, a batch or a tail that no bound ends breaks them.
 */

/** What a batch carries beside entries and effects: votes, positions, identities; and a sale's effects. */
const OTHER_OPERATIONS = 10;
/** Bytes of the largest single entry that the simulation's clients send. */
const ONE_ENTRY_BYTES = 8 * 1024;

/** The operations that one batch may have. */
function mostOperations({ limits, mostDelivered }: Plan): number {
  const entries = limits.maxBatchOperations + limits.maxEntriesPerAppend + limits.maxEntriesInFlight;
  const effects = limits.maxBatchOperations + limits.snapshotChunkRecords;
  const deletions = limits.maxBatchOperations + limits.maxUncommittedEntries;
  // A single entry may have more effects than a batch has room for, since it is atomic.
  return entries + effects + deletions + mostDelivered + OTHER_OPERATIONS;
}

export function tooLargeBatch(operations: readonly StoreOperation[], plan: Plan): string | undefined {
  const most = mostOperations(plan);
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
