import type { Bound } from './bound.ts';

/** The bounds of the replicated log. */
export const REPLICATION_BOUNDS = {
  tickMs: {
    value: 25,
    unit: 'ms',
    meaning: 'between two ticks of a replica; the unit its timeouts are counted in',
  },
  heartbeatTicks: { value: 2, unit: 'ticks', meaning: 'between two heartbeats of a leader' },
  electionTicks: {
    value: 12,
    unit: 'ticks',
    meaning: 'of the shortest election timeout; the longest is twice that',
  },
  successionTicks: {
    value: 3,
    unit: 'ticks',
    meaning: "a follower waits per rank when the leader's link closes, so that two do not stand at once",
  },
  hangingDiskTicks: {
    value: 120,
    unit: 'ticks',
    meaning:
      'of one sync after which a disk counts as hanging: its replica does not lead, stand or back a campaign',
  },
  slowDiskTicks: {
    value: 20,
    unit: 'ticks',
    meaning: 'of one sync after which the log says that the disk is slow',
  },
  maxPatienceTicks: {
    value: 80,
    unit: 'ticks',
    meaning: 'that slow syncs may add to the shortest election timeout',
  },
  maxEntriesPerAppend: { value: 1_000, unit: 'entries', meaning: 'in one `raft.append`' },
  maxBytesPerAppend: {
    value: 1024 * 1024,
    unit: 'bytes',
    meaning: 'of entries in one `raft.append`, unless a single entry is larger',
  },
  maxEntriesInFlight: { value: 8_000, unit: 'entries', meaning: 'sent to one follower and not acknowledged' },
  maxBytesInFlight: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of entries sent to one follower and not acknowledged, after which no more are sent',
  },
  maxUncommittedEntries: {
    value: 20_000,
    unit: 'entries',
    meaning: 'of a leader, queued or in its log, that are not applied yet; more proposals are `overloaded`',
  },
  maxUncommittedBytes: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of these entries, at which further proposals are `overloaded`',
  },
  maxBatchOperations: {
    value: 4_000,
    unit: 'operations',
    meaning:
      'of one kind in one synced batch: new entries of a leader, forgotten entries, and effects. Applying pauses at this many effects until a batch takes them; a single entry may have more, since it is atomic',
  },
  maxBatchBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of new entries, and of effects, in one synced batch, at which the next wait for another',
  },
  maxAppliedPerTurn: {
    value: 2_000,
    unit: 'entries',
    meaning:
      'and their effects that one event-loop turn applies; what is committed beyond waits for the next',
  },
  maxAppliedBytesPerTurn: {
    value: 1024 * 1024,
    unit: 'bytes',
    meaning: 'of the entries that one event-loop turn applies',
  },
  keptEntries: {
    value: 10_000,
    unit: 'applied',
    meaning: 'entries kept in the log for followers that are a little behind',
  },
  keptBytes: { value: 16 * 1024 * 1024, unit: 'bytes', meaning: 'of applied entries kept in the log' },
  snapshotChunkBytes: { value: 256 * 1024, unit: 'bytes', meaning: 'of one snapshot chunk' },
  snapshotChunkRecords: { value: 1_000, unit: 'records', meaning: 'of one snapshot chunk' },
  snapshotTicks: {
    value: 200,
    unit: 'ticks',
    meaning: 'without progress after which a snapshot transfer is given up',
  },
  maxPendingReads: {
    value: 20_000,
    unit: 'strong',
    meaning: 'reads waiting for confirmation; more are `overloaded`',
  },
  flushTicks: {
    value: 2,
    unit: 'ticks',
    meaning: 'that applied effects wait for a synced batch to ride on, before they get one of their own',
  },
  behindWaitMs: {
    value: 100,
    unit: 'ms',
    meaning: 'a replica that is behind waits for the version a read asks for',
  },
  keepRefusalsMs: {
    value: 24 * 60 * 60 * 1000,
    unit: 'ms',
    meaning: "that a refused order under a client's key is remembered (`--keep-refusals`)",
    beyond: 'it is forgotten, and its key is free',
  },
  expiryLookMs: {
    value: 1_000,
    unit: 'ms',
    meaning: 'between two looks of the leader for refused orders that are to be forgotten',
  },
  maxExpiredPerEntry: {
    value: 250,
    unit: 'refused',
    meaning: 'orders that one entry of the log makes forgotten; the next entry follows when it is applied',
  },
  feedEntries: {
    value: 10_000,
    unit: 'entries',
    meaning: "of the commit feed's ring; resuming from before it is a `reset`",
  },
} as const satisfies Readonly<Record<string, Bound>>;
