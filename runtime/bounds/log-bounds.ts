import { bound, KIB } from './bound.ts';

/** The bounds of a command log that an outer engine orders. */
export const LOG_BOUNDS = {
  maxLogBatchCommands: bound(500, 'commands in one batch of an outer log'),
  maxLogBatchBytes: bound(512 * KIB, 'bytes of the commands of such a batch, unless a single one is larger'),
  maxLogBatchesInFlight: bound(
    4,
    'batches of one catalog that are on their way to the engine; what comes meanwhile is gathered',
  ),
  logRetryMs: bound(50, 'ms before a batch whose fate is unknown is appended again'),
  logNoteMs: bound(10_000, "ms for which a catalog's own note is appended again, before it is given up"),
  logContactMs: bound(250, 'ms between two questions for the end of an outer log where no read asks'),
  logPositionMs: bound(5_000, 'ms between two times that a catalog tells on the board how far it is'),
  logRestTicks: bound(4, 'ticks between two looks of a catalog over an outer log where nothing waits'),
  presenceLeaseMs: bound(10_000, 'ms that a node is looked for where it was, after it last told where it is'),
  presenceTellMs: bound(
    3_000,
    'ms between two times that a node tells where it is, and looks where the others are',
  ),
  logTimeStandstillMs: bound(
    3_000,
    'ms that the time of an outer log may stand still before another catalog keeps it; holds end as much later',
  ),
  comparedEveryEntries: bound(
    10_000,
    'entries between two places at which the states of all catalogs are compared',
  ),
  maxComparedDigests: bound(8, 'such places, the latest, whose digests a catalog tells on the board'),
  forgottenCatalogMs: bound(
    24 * 60 * 60 * 1000,
    'ms that a catalog may say nothing before the log is let go of without it',
  ),
  maxDeliveredBytes: bound(
    4 * 1024 * KIB,
    'bytes of delivered batches that wait to be applied, at which the engine is asked to pause',
  ),
  etcdHedgeMs: bound(300, 'ms of silence of a member of etcd, after which the next is asked the same too'),
  etcdRounds: bound(
    4,
    'times that each member of etcd is asked the same, where all of them stay silent: of three, until no purchase waits any more',
  ),
  etcdRetryMs: bound(
    100,
    'ms before etcd is asked again where all members failed, or a watch is begun again',
  ),
  etcdWatchLagMs: bound(
    600,
    'ms for which a watch may lack what is in the log, before another member is watched',
  ),
  etcdLookMs: bound(
    1_000,
    'ms after which a follower that heard nothing of the end of an etcd log asks for it',
  ),
  etcdOpenMs: bound(
    2_000,
    'ms for which a member of etcd is waited for when a log is opened, or a token asked for',
  ),
  etcdCallMs: bound(
    5_000,
    'ms for a trim of an etcd log, or a record of its board; also between two lines about one fault',
  ),
  etcdDefragmentMs: bound(120_000, 'ms for which a member of a full etcd may give its space back'),
  etcdReconnectMs: bound(200, 'ms between two attempts to connect to a member of etcd'),
  etcdKeepaliveMs: bound(10_000, 'ms between two pings to a member of etcd, which accepts one in 5 s'),
  etcdKeepaliveTimeoutMs: bound(3_000, 'ms for which the answer to such a ping is waited for'),
};
