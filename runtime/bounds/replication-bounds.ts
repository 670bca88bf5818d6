import { bound, KIB, MIB } from './bound.ts';

/** The bounds of the replicated log. */
export const REPLICATION_BOUNDS = {
  tickMs: bound(25, 'ms between two ticks of a replica; the unit its timeouts are counted in'),
  heartbeatTicks: bound(4, 'ticks between two heartbeats of a leader'),
  electionTicks: bound(12, 'ticks of the shortest election timeout; the longest is twice that'),
  successionTicks: bound(
    3,
    "ticks a follower waits per rank when the leader's link closes, so that two do not stand at once",
  ),
  hangingDiskTicks: bound(
    120,
    'ticks of one sync after which a disk counts as hanging: its replica does not lead, stand or back a campaign',
  ),
  freeDiskBytes: bound(
    64 * MIB,
    'bytes that must be free before a catalog whose disk was full starts anew; until then it only reads',
  ),
  roomLookBaseMs: bound(1_000, 'ms of the first pause before such a catalog looks for room; it doubles'),
  roomLookCapMs: bound(10_000, 'ms no pause between two of these looks is longer than'),
  slowDiskTicks: bound(20, 'ticks of one sync after which the log says that the disk is slow'),
  maxPatienceTicks: bound(80, 'ticks that slow syncs may add to the shortest election timeout'),
  commitNewsMs: bound(3, 'ms that a commit index waits for entries to ride with'),
  maxEntriesPerAppend: bound(1_000, 'entries in one `raft.append`'),
  maxBytesPerAppend: bound(MIB, 'bytes of entries in one `raft.append`, unless a single entry is larger'),
  maxEntriesInFlight: bound(8_000, 'entries sent to one follower and not acknowledged'),
  maxBytesInFlight: bound(
    8 * MIB,
    'bytes of entries sent to one follower and not acknowledged, after which no more are sent',
  ),
  maxUncommittedEntries: bound(
    20_000,
    'entries of a leader, queued or in its log, that are not applied yet; more proposals are `overloaded`',
  ),
  maxUncommittedBytes: bound(16 * MIB, 'bytes of these entries, at which further proposals are `overloaded`'),
  maxBatchOperations: bound(
    4_000,
    'operations of one kind in one synced batch: new entries of a leader, forgotten entries, and effects. Applying pauses at this many effects until a batch takes them; a single entry may have more, since it is atomic',
  ),
  maxBatchBytes: bound(
    8 * MIB,
    'bytes of new entries, and of effects, in one synced batch, at which the next wait for another',
  ),
  maxAppliedPerTurn: bound(
    2_000,
    'entries and their effects that one event-loop turn applies; what is committed beyond waits for the next',
  ),
  maxAppliedBytesPerTurn: bound(MIB, 'bytes of the entries that one event-loop turn applies'),
  maxApplyMs: bound(10, 'ms of a turn after which no further entry is applied in it'),
  keptEntries: bound(10_000, 'applied entries kept in the log for followers that are a little behind'),
  keptBytes: bound(16 * MIB, 'bytes of applied entries kept in the log'),
  snapshotChunkBytes: bound(256 * KIB, 'bytes of one snapshot chunk'),
  snapshotChunkRecords: bound(1_000, 'records of one snapshot chunk'),
  snapshotChunksInFlight: bound(
    4,
    'snapshot chunks sent and not acknowledged, after which the next one waits',
  ),
  maxChangedRecords: bound(
    1_000_000,
    'records that changed since a snapshot transfer sent them, and are to be sent again',
    'the transfer is given up',
  ),
  snapshotTicks: bound(200, 'ticks without progress after which a snapshot transfer is given up'),
  maxPendingReads: bound(20_000, 'strong reads waiting for confirmation; more are `overloaded`'),
  flushTicks: bound(
    4,
    'ticks that applied effects wait for others before a synced batch takes them; a record that changes again meanwhile is written once',
  ),
  behindWaitMs: bound(100, 'ms a replica that is behind waits for the version a read asks for'),
  maxFindWords: bound(12, 'words of one search that are looked for', 'the others are not looked for'),
  findPieceBooks: bound(400, 'books that one event-loop turn takes up into an index'),
  findTendBooks: bound(
    200,
    'books a tick that a catalog takes up into the index of words before somebody looks',
  ),
  findTendBusyBooks: bound(20, 'the same for a tick in which something was sold'),
  maxFindTended: bound(
    200_000,
    'books of a catalog for which it does so; that of more is made when somebody looks',
  ),
  findRestMs: bound(4, 'ms between two of these turns, in which purchases get through'),
  checkPageRecords: bound(
    500,
    'records that a catalog reads at once while it checks its orders after a start',
  ),
  checkTurnMs: bound(4, 'ms after which this check rests'),
  checkRestMs: bound(8, 'ms between two turns of this check, in which purchases get through'),
  keepRefusalsMs: bound(
    24 * 60 * 60 * 1000,
    "ms that a refused order under a client's key is remembered (`--keep-refusals`)",
    'it is forgotten, and its key is free',
  ),
  expiryLookMs: bound(
    1_000,
    'ms between two looks of the leader for refused orders that are to be forgotten',
  ),
  maxExpiredPerEntry: bound(
    250,
    'refused orders that one entry of the log makes forgotten; the next entry follows when it is applied',
  ),
  feedEntries: bound(10_000, "entries of the commit feed's ring; resuming from before it is a `reset`"),
};
