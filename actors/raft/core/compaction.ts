import type { EventOf, Raft } from './raft.ts';

/**
 * Compaction: the log forgets what is applied durably, but keeps a stretch for followers that are a little behind. The applied
 * state on disk is the snapshot, so forgetting writes nothing.
 */

/** How many times the kept entries the log may hold while a snapshot is on its way to a follower. */
const TRANSFER_ALLOWANCE = 8;

/** After a sync: notes what is durable now and forgets in steps of a whole kept stretch, not one by one. */
export function noteSynced(raft: Raft, event: EventOf<'batch.synced'>): void {
  raft.durableTerm = event.term;
  raft.durableVote = event.votedFor;
  raft.syncTicks = 0;
  // The log may have been cut and regrown since the batch was taken; then its end is not the one that was synced.
  if (raft.log.termAt(event.lastIndex) === event.lastTerm) {
    raft.durableIndex = Math.max(raft.durableIndex, event.lastIndex);
  }
  compactLog(raft, event.applied);
}

function compactLog(raft: Raft, appliedDurably: number): void {
  const { keptEntries, keptBytes } = raft.limits;
  const { log } = raft;
  const transferring = [...raft.progress.values()].some((progress) => progress.mode === 'snapshot');
  const allowance = transferring ? TRANSFER_ALLOWANCE : 2;
  if (log.entryCount <= allowance * keptEntries && log.byteSize <= allowance * keptBytes) return;
  let target = log.lastIndex - keptEntries;
  let bytes = log.byteSize;
  for (let index = log.offset.index + 1; bytes > keptBytes && index <= log.lastIndex; index++) {
    bytes -= log.entry(index)!.bytes;
    target = Math.max(target, index);
  }
  target = Math.min(target, appliedDurably);
  if (target > log.offset.index) log.compactTo(target);
}

/**
 * The state is a snapshot's now. A log that agrees with it keeps its tail; a conflicting one is discarded. Until the
 * batch that switches over is synced, no more is durable than what was committed before.
 */
export function installSnapshot(raft: Raft, event: EventOf<'snapshot.installed'>): void {
  const { position } = event;
  if (raft.log.termAt(position.index) === position.term) {
    raft.log.compactTo(position.index);
  } else {
    raft.log.resetTo(position);
    raft.durableIndex = Math.min(raft.durableIndex, raft.commit);
  }
  raft.commit = Math.max(raft.commit, position.index);
}
