import type { StoreOperation } from '../../storage/store.ts';
import type { Plan } from './plan.ts';
import { raftOf } from './raft-of.ts';
import type { SimNode } from './world.ts';

/**
 * What a process may hold at once, as rules that every run obeys. They are sums of the bounds named in
 * `runtime/bounds/`, so that a queue, a batch or a tail that no bound ends breaks them.
 */

/** What a batch carries beside entries and effects: votes, positions, identities; and a sale's effects. */
const OTHER_OPERATIONS = 10;
/** Bytes of the largest single entry that the simulation's clients send; librarians give some books long titles. */
const ONE_ENTRY_BYTES = 8 * 1024;
const ONE_SHELVING_BYTES = 24 * 1024;

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

/** Times the kept entries that the log may have while a snapshot is on its way (`compaction.ts`). */
const TRANSFER_ALLOWANCE = 8;
/** Signs of life are sent where nothing else is, whatever waits. */
const SIGNS_OF_LIFE_BYTES = 500;
/** Timers and deliveries of one process beside those of its asks, submissions and reads. */
const OTHER_TIMERS = 500;

/** The next entry for each follower, as it was seen last while entries were sent ahead. */
const sent = new WeakMap<object, number | undefined>();

/** What is wrong with how much a node holds; looked at after each of its events. */
export function tooMuchHeld(node: SimNode, plan: Plan): string | undefined {
  const oneEntry = plan.librarians > 0 ? ONE_SHELVING_BYTES : ONE_ENTRY_BYTES;
  return onLinks(node) ?? inOrder(node, plan) ?? inCatalog(node, oneEntry) ?? inTime(node);
}

function onLinks({ mesh, limits }: SimNode): string | undefined {
  for (const { peer, asks, outboxBytes } of mesh?.links() ?? []) {
    if (asks > limits.maxPendingAsks) return `${asks} asks wait for ${peer}`;
    if (outboxBytes > limits.maxOutboxBytes + SIGNS_OF_LIFE_BYTES)
      return `${outboxBytes} bytes wait on the link to ${peer}`;
  }
  return undefined;
}

/** Each payment that is open has one command on its way at most, beside those of clients. */
function inOrder({ order, limits }: SimNode, plan: Plan): string | undefined {
  const most = limits.maxSubmissions + (plan.payments ? limits.maxOpenPayments + limits.maxOpenRefunds : 0);
  if (order === undefined || order.inFlight <= most) return undefined;
  return `${order.inFlight} submissions are in flight`;
}

function inCatalog({ catalog, limits }: SimNode, oneEntryBytes: number): string | undefined {
  const replica = raftOf(catalog);
  if (replica === undefined) return undefined;
  const { raft } = replica;
  const { log } = raft;
  if (raft.reads.length > limits.maxPendingReads) return `${raft.reads.length} strong reads wait`;
  // A follower is sent what its leader took in; a leader may begin with such a tail, and adds one entry at least.
  const most = limits.maxUncommittedBytes + limits.maxBytesInFlight + oneEntryBytes;
  const uncommitted = log.bytesBetween(raft.commit, log.lastIndex);
  if (uncommitted > most) return `${uncommitted} bytes are not committed, and ${most} are the most`;
  const kept =
    TRANSFER_ALLOWANCE * limits.keptEntries +
    limits.maxUncommittedEntries +
    limits.maxEntriesInFlight +
    2 * limits.maxBatchOperations +
    OTHER_OPERATIONS;
  if (log.entryCount > kept) return `its log has ${log.entryCount} entries, and ${kept} are the most`;
  for (const [peer, progress] of raft.progress) {
    const { mode, match, next } = progress;
    const before = sent.get(progress);
    sent.set(progress, mode === 'replicate' ? next : undefined);
    // What a probe found there is not on its way, however little of it is durable.
    if (mode !== 'replicate' || before === undefined || next <= before) continue;
    const entries = next - 1 - match;
    if (entries > limits.maxEntriesInFlight) return `${entries} entries are on their way to ${peer}`;
    const bytes = log.bytesBetween(match, next - 1);
    if (bytes > limits.maxBytesInFlight + limits.maxBytesPerAppend + oneEntryBytes) {
      return `${bytes} bytes are on their way to ${peer}`;
    }
  }
  return undefined;
}

/** Whatever waits has a timer or a delivery to come: one that nothing bounds shows here. */
function inTime({ process, limits }: SimNode): string | undefined {
  const most = limits.maxSubmissions + limits.maxPendingAsks + limits.maxPendingReads + OTHER_TIMERS;
  return process.pending > most ? `${process.pending} timers and deliveries wait` : undefined;
}
