import type { EventOf, Raft } from './raft.ts';

/**
 * How a slow disk bears on elections. Heartbeats do not wait for disks, so no disk makes a leader look dead. But
 * a campaign waits for the candidate's sync and then for its voters', and a disk may hang for good.
 */

/** The share of the slowest sync that is still remembered a tick later; half of it after 69 ticks. */
const FADING = 0.99;

/**
 * Counts a tick of the election clock. It stands still while the own term or vote is being written and while the disk
 * hangs: nothing could come of standing then.
 */
export function countTick(raft: Raft, event: EventOf<'clock.ticked'>): void {
  noteDiskTime(raft, event);
  raft.chance = event.draw;
  if (canPromise(raft)) raft.elapsed++;
}

export function noteDiskTime(raft: Raft, { syncTicks }: EventOf<'clock.ticked'>): void {
  raft.syncTicks = syncTicks;
  raft.slowestSync = Math.max(wholeTicks(raft), FADING * raft.slowestSync);
}

/** The first tick may come right after the sync has begun, so it says nothing. */
function wholeTicks(raft: Raft): number {
  return Math.max(0, raft.syncTicks - 1);
}

/** The batch under way takes longer than a healthy disk would. */
export function isDiskSlow(raft: Raft): boolean {
  return wholeTicks(raft) > 0;
}

export function isDiskHanging(raft: Raft): boolean {
  return raft.syncTicks >= raft.limits.hangingDiskTicks;
}

export function arePromisesDurable(raft: Raft): boolean {
  return raft.durableTerm === raft.term && raft.durableVote === raft.votedFor;
}

/** What was promised is durable, and a further promise could become so. */
export function canPromise(raft: Raft): boolean {
  return arePromisesDurable(raft) && !isDiskHanging(raft);
}

/** Ticks for a candidate's own sync: the batch that was under way when it stood, and the one with its vote. */
export function patienceOf(raft: Raft): number {
  return Math.min(raft.limits.maxPatienceTicks, Math.ceil(2 * raft.slowestSync));
}

/** What the replica knows stays as it is, but that it follows nobody. */
export function noteFullDisk(raft: Raft, { words }: EventOf<'disk.filled'>): void {
  raft.diskFull = words;
  raft.leader = null;
}
