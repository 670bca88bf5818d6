import type { Bound } from './bound.ts';

/** The bounds of the gateway's caches and its asking. */
export const GATEWAY_BOUNDS = {
  cacheEntries: { value: 50_000, unit: 'entries', meaning: 'of the in-process cache' },
  cacheBytes: { value: 64 * 1024 * 1024, unit: 'bytes', meaning: 'of topics in the in-process cache' },
  maxCachedBytes: {
    value: 256 * 1024,
    unit: 'bytes',
    meaning: 'of the largest topic that is cached; a larger one is always asked for',
  },
  recentKeys: {
    value: 100_000,
    unit: 'keys',
    meaning: 'whose latest version the gateway remembers one by one',
  },
  redisTimeoutMs: { value: 25, unit: 'ms', meaning: 'for one Redis command' },
  maxCachedKeyLength: {
    value: 512,
    unit: 'characters',
    meaning: 'of the longest key that is cached; a longer topic is always asked for',
  },
  redisGatherMs: {
    value: 20,
    unit: 'ms',
    meaning: 'that changed entries gather before they are written to Redis together',
  },
  redisMaxPending: {
    value: 10_000,
    unit: 'entries',
    meaning: 'waiting to be written to Redis, and commands it has not answered; more are left out',
  },
  redisExpirySeconds: { value: 3_600, unit: 's', meaning: 'after which Redis forgets an entry' },
  redisFailures: {
    value: 3,
    unit: 'failures',
    meaning: 'in a row after which Redis is left alone for a while',
  },
  redisPauseMs: { value: 500, unit: 'ms', meaning: 'Redis is left alone before one command tries it again' },
  redisRecoveryMs: {
    value: 2_000,
    unit: 'ms',
    meaning: 'without a refused write after which a Redis that takes one counts as well again',
  },
  redisSilenceMs: {
    value: 2_000,
    unit: 'ms',
    meaning: 'of silence under commands after which the connection to Redis is made anew',
  },
  submitAttemptMs: {
    value: 1_500,
    unit: 'ms',
    meaning: 'one order replica gets before the gateway asks the next with the same order id',
  },
  readAttemptMs: { value: 400, unit: 'ms', meaning: 'one catalog gets for a read before the next is asked' },
  passOverMs: { value: 250, unit: 'ms', meaning: 'a replica that failed a request is asked last' },
  retryPauseMs: { value: 25, unit: 'ms', meaning: 'between two rounds over replicas of which none answered' },
  feedCheckMs: {
    value: 500,
    unit: 'ms',
    meaning: 'in which a commit that was acknowledged must come by the feed, or another catalog is followed',
  },
  readySilenceMs: {
    value: 2_000,
    unit: 'ms',
    meaning: 'without word that a catalog hears a leader, after which the gateway is not ready',
  },
  feedAliveMs: {
    value: 250,
    unit: 'ms',
    meaning: 'between two questions to the followed catalog whether it hears a leader',
  },
  leaderSilenceMs: {
    value: 1_000,
    unit: 'ms',
    meaning: "without a leader's word after which a catalog's feed counts as silent",
  },
  statusWaitMs: { value: 300, unit: 'ms', meaning: '`GET /status` waits for a process' },
  auditWaitMs: {
    value: 2_000,
    unit: 'ms',
    meaning: '`GET /audit` waits for the catalogs to reach one index',
  },
  auditRoundMs: { value: 250, unit: 'ms', meaning: 'of one try at it' },
  auditPauseMs: {
    value: 100,
    unit: 'ms',
    meaning: 'between two tries, each of which looks at every book in every catalog',
  },
} as const satisfies Readonly<Record<string, Bound>>;
