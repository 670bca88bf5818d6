import { bound, KIB, MIB } from './bound.ts';

/** The bounds of the gateway's caches and its asking. */
export const GATEWAY_BOUNDS = {
  cacheEntries: bound(50_000, 'entries of the in-process cache'),
  cacheBytes: bound(64 * MIB, 'bytes of topics in the in-process cache'),
  maxCachedBytes: bound(
    256 * KIB,
    'bytes of the largest topic that is cached; a larger one is always asked for',
  ),
  recentKeys: bound(100_000, 'keys whose latest version the gateway remembers one by one'),
  redisTimeoutMs: bound(25, 'ms for one Redis command'),
  maxCachedKeyLength: bound(
    512,
    'characters of the longest key that is cached; a longer topic is always asked for',
  ),
  redisGatherMs: bound(20, 'ms that changed entries gather before they are written to Redis together'),
  redisMaxPending: bound(
    10_000,
    'entries waiting to be written to Redis, and commands it has not answered; more are left out',
  ),
  redisExpirySeconds: bound(3_600, 's after which Redis forgets an entry'),
  redisFailures: bound(3, 'failures in a row after which Redis is left alone for a while'),
  redisPauseMs: bound(500, 'ms Redis is left alone before one command tries it again'),
  redisRecoveryMs: bound(
    2_000,
    'ms without a refused write after which a Redis that takes one counts as well again',
  ),
  redisSilenceMs: bound(
    2_000,
    'ms of silence under commands after which the connection to Redis is made anew',
  ),
  redisRedirections: bound(2, 'times that one command follows a slot of a Redis Cluster which has moved'),
  redisSlotsMs: bound(5_000, 'ms between two looks at which member of a Redis Cluster has which slots'),
  submitAttemptMs: bound(
    1_500,
    'ms one order replica gets before the gateway asks the next with the same order id',
  ),
  largeWriteBooks: bound(100, 'books from which on one `addBooks` takes turns with others'),
  maxLargeWrites: bound(2, 'such additions that one gateway has under way; more wait'),
  maxLargeWritesWaiting: bound(256, 'such additions that wait for their turn; more are `overloaded`'),
  largeWriteWaitMs: bound(
    1_500,
    'ms that an `addBooks` of 100 books or more waits for its turn; two are under way at a time',
    '429, and nothing was added',
  ),
  readAttemptMs: bound(400, 'ms one catalog gets for a read before the next is asked'),
  passOverMs: bound(250, 'ms a replica that failed a request is asked last'),
  retryPauseMs: bound(25, 'ms between two rounds over replicas of which none answered'),
  feedCheckMs: bound(
    500,
    'ms in which a commit that was acknowledged must come by the feed, or another catalog is followed',
  ),
  readySilenceMs: bound(
    2_000,
    'ms without word that a catalog hears what orders the log (a leader, or an engine outside), after which the gateway is not ready',
  ),
  feedAliveMs: bound(
    250,
    'ms between two questions to the followed catalog whether it hears what orders the log',
  ),
  leaderSilenceMs: bound(
    1_000,
    "ms without word of what orders the log, after which a catalog's feed counts as silent",
  ),
  statusWaitMs: bound(300, 'ms `GET /status` waits for a process'),
  auditWaitMs: bound(2_000, 'ms `GET /audit` waits for the catalogs to reach one index'),
  auditRoundMs: bound(250, 'ms of one try at it'),
  auditPauseMs: bound(100, 'ms between two tries, each of which looks at every book in every catalog'),
};
