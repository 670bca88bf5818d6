/**
 * Every bound of the system, with its name, its unit and its default, in one place. All of them are options:
 * a node takes a `Limits`, and the simulation hands out tiny ones so that overload and compaction happen often.
 */
export interface Limits {
  // The outside contract.
  /** Copies of one book in one purchase. */
  readonly maxQuantity: number;
  /** Lines of one cart. */
  readonly maxLines: number;
  /** Books in one `addBooks`. */
  readonly maxBooksPerRequest: number;
  /** Books or orders on one page of a listing. */
  readonly maxPage: number;
  /** Bytes of one HTTP body or client WebSocket frame. */
  readonly maxBodyBytes: number;
  /** Requests in flight on one client connection; more are refused. */
  readonly maxInFlightPerConnection: number;
  /** Client WebSocket connections; more are refused. */
  readonly maxClientConnections: number;
  /** Bytes waiting for one slow client before its connection is closed. */
  readonly maxClientBacklogBytes: number;
  /** Bytes waiting for all slow clients; at more those with the longest backlogs are cut off. */
  readonly maxAllClientBacklogBytes: number;
  /** Bytes of calls waiting their turn on one client connection; at more it is not read for a while. */
  readonly maxClientQueueBytes: number;
  /** Bytes of calls waiting their turn on all client connections; at more those who hold most are cut off. */
  readonly maxAllClientQueueBytes: number;
  /** Bytes of frames and bodies of all clients that have begun and not ended; at more the largest are cut off. */
  readonly maxUnfinishedBytes: number;
  /** Milliseconds a client may take to send a whole WebSocket message. */
  readonly frameTimeoutMs: number;
  /** Characters of a JSON-RPC call's id. */
  readonly maxCallIdLength: number;
  /** Fields of all objects in one request; of more, none is looked at. */
  readonly maxFields: number;
  /** Books one connection may be subscribed to by id; a topic counts as one. */
  readonly maxSubscriptions: number;
  /** Books and topics that all connections together watch; those of a watched topic count one by one. */
  readonly maxSubscriptionsInAll: number;
  /** Milliseconds from a purchase's arrival at the gateway to its answer, whatever happens. */
  readonly purchaseDeadlineMs: number;
  /** Milliseconds from a read's arrival at the gateway to its answer. */
  readonly readDeadlineMs: number;
  /** Requests per second and client address; 0 means no limit. */
  readonly requestsPerSecond: number;
  /** Milliseconds an HTTP client may take to send a whole request. */
  readonly httpRequestTimeoutMs: number;
  /** Books or orders on a page whose size the client leaves open. */
  readonly defaultPage: number;
  /** Bytes of one page as it is answered: books, orders, titles. A page holds one element at least. */
  readonly maxPageBytes: number;
  /** Heavy reads (pages, audits, strong and large searches) that one process works on at once; more wait. */
  readonly maxPagesInWork: number;
  /** Heavy reads that wait for their turn in one process; more are `overloaded`. */
  readonly maxPagesWaiting: number;
  /** Heavy reads of one client address that wait in the gateway; more are `overloaded`. */
  readonly maxPagesPerAddress: number;
  /** Heavy reads of one client connection that wait in the gateway; more are `overloaded`. */
  readonly maxPagesPerConnection: number;
  /** Connections with a heavy answer that has not left the gateway; half of them for one address. Others wait. */
  readonly maxUnreadAnswers: number;
  /** Milliseconds in which a heavy answer must have left the gateway, or its connection is cut. */
  readonly unreadAnswerMs: number;
  /** Bytes of heavy answers that one process makes a second; what is asked beyond waits. */
  readonly pageBytesPerSecond: number;
  /** Bytes of the largest topic whose default search is answered without a turn among the heavy reads. */
  readonly lightAnswerBytes: number;
  /** Milliseconds after which `GET /status` gives up. */
  readonly statusDeadlineMs: number;
  /** Milliseconds between two pings of a client WebSocket. */
  readonly clientPingMs: number;
  /** Milliseconds without a sign of life after which a client WebSocket is closed. */
  readonly clientSilenceMs: number;

  // Links between processes.
  /** Bytes of one frame between processes; a larger one closes the link. */
  readonly maxFrameBytes: number;
  /** Bytes waiting on one link (unsent frames and the socket's own buffer); more is `overloaded`. */
  readonly maxOutboxBytes: number;
  /** Asks without an answer on one link; more are `overloaded`. */
  readonly maxPendingAsks: number;
  /** Asks that one node is answering; more are answered `overloaded`. */
  readonly maxAsksAnswered: number;
  /** Milliseconds between two looks at the deadlines of asks. */
  readonly askTickMs: number;
  /** Bytes taken from a connection before its peer has proved itself, all frames together; more closes it. */
  readonly maxStrangerBytes: number;
  /** Accepted connections whose greeting is not over; at more the oldest is closed. */
  readonly maxUngreetedConnections: number;
  /** Milliseconds between two signs of life on a quiet link. */
  readonly pingIntervalMs: number;
  /** Milliseconds of silence after which a link is given up. */
  readonly silenceLimitMs: number;
  /** Milliseconds for dialling and greeting together. */
  readonly greetingTimeoutMs: number;
  /** Milliseconds of the first reconnection pause's upper end; it doubles from there, with full jitter. */
  readonly backoffBaseMs: number;
  /** Milliseconds no reconnection pause is longer than. */
  readonly backoffCapMs: number;

  // Replication.
  /** Milliseconds between two ticks of a replica; the unit its timeouts are counted in. */
  readonly tickMs: number;
  /** Ticks between two heartbeats of a leader. */
  readonly heartbeatTicks: number;
  /** Ticks of the shortest election timeout; the longest is twice that. */
  readonly electionTicks: number;
  /** Ticks a follower waits per rank when the leader's link closes, so that two do not stand at once. */
  readonly successionTicks: number;
  /** Ticks of one sync after which a disk counts as hanging: its replica does not lead, stand or back a campaign. */
  readonly hangingDiskTicks: number;
  /** Ticks that slow syncs may add to the shortest election timeout. */
  readonly maxPatienceTicks: number;
  /** Entries in one `raft.append`. */
  readonly maxEntriesPerAppend: number;
  /** Bytes of entries in one `raft.append`, unless a single entry is larger. */
  readonly maxBytesPerAppend: number;
  /** Entries sent to one follower and not acknowledged. */
  readonly maxEntriesInFlight: number;
  /** Bytes of entries sent to one follower and not acknowledged, after which no more are sent. */
  readonly maxBytesInFlight: number;
  /** Entries of a leader, queued or in its log, that are not applied yet; more proposals are `overloaded`. */
  readonly maxUncommittedEntries: number;
  /** Bytes of these entries, at which further proposals are `overloaded`. */
  readonly maxUncommittedBytes: number;
  /**
   * Operations of one kind in one synced batch: new entries of a leader, forgotten entries, and effects. Applying
   * pauses at this many effects until a batch takes them; a single entry may have more, since it is atomic.
   */
  readonly maxBatchOperations: number;
  /** Bytes of new entries, and of effects, in one synced batch, at which the next wait for another. */
  readonly maxBatchBytes: number;
  /** Entries and their effects that one event-loop turn applies; what is committed beyond waits for the next. */
  readonly maxAppliedPerTurn: number;
  /** Bytes of the entries that one event-loop turn applies. */
  readonly maxAppliedBytesPerTurn: number;
  /** Applied entries kept in the log for followers that are a little behind. */
  readonly keptEntries: number;
  /** Bytes of applied entries kept in the log. */
  readonly keptBytes: number;
  /** Bytes of one snapshot chunk. */
  readonly snapshotChunkBytes: number;
  /** Records of one snapshot chunk. */
  readonly snapshotChunkRecords: number;
  /** Ticks without progress after which a snapshot transfer is given up. */
  readonly snapshotTicks: number;
  /** Strong reads waiting for confirmation; more are `overloaded`. */
  readonly maxPendingReads: number;
  /** Ticks that applied effects wait for a synced batch to ride on, before they get one of their own. */
  readonly flushTicks: number;
  /** Milliseconds a replica that is behind waits for the version a read asks for. */
  readonly behindWaitMs: number;
  /** Entries of the commit feed's ring; resuming from before it is a `reset`. */
  readonly feedEntries: number;

  // Order replicas.
  /** Submissions in flight in one order replica; more are `overloaded`. */
  readonly maxSubmissions: number;
  /** Milliseconds before its deadline at which a submission is given up, so that the asker still hears why. */
  readonly submitMarginMs: number;
  /** Milliseconds of one proposal's patience before the saga tries again. */
  readonly proposalTimeoutMs: number;
  /** Milliseconds of the first pause of a saga; it doubles, with full jitter. */
  readonly sagaBackoffBaseMs: number;
  /** Milliseconds no pause of a saga is longer than. */
  readonly sagaBackoffCapMs: number;

  // The gateway's caches.
  /** Entries of the in-process cache. */
  readonly cacheEntries: number;
  /** Bytes of topics in the in-process cache. */
  readonly cacheBytes: number;
  /** Bytes of the largest topic that is cached; a larger one is always asked for. */
  readonly maxCachedBytes: number;
  /** Keys whose latest version the gateway remembers one by one. */
  readonly recentKeys: number;
  /** Milliseconds for one Redis command. */
  readonly redisTimeoutMs: number;
  /** Characters of the longest key that is cached; a longer topic is always asked for. */
  readonly maxCachedKeyLength: number;
  /** Milliseconds that changed entries gather before they are written to Redis together. */
  readonly redisGatherMs: number;
  /** Entries waiting to be written to Redis, and commands it has not answered; more are left out. */
  readonly redisMaxPending: number;
  /** Seconds after which Redis forgets an entry. */
  readonly redisExpirySeconds: number;
  /** Failures in a row after which Redis is left alone for a while. */
  readonly redisFailures: number;
  /** Milliseconds Redis is left alone before one command tries it again. */
  readonly redisPauseMs: number;
  /** Milliseconds of silence under commands after which the connection to Redis is made anew. */
  readonly redisSilenceMs: number;
  /** Milliseconds one order replica gets before the gateway asks the next with the same order id. */
  readonly submitAttemptMs: number;
  /** Milliseconds one catalog gets for a read before the next is asked. */
  readonly readAttemptMs: number;
  /** Milliseconds a replica that failed a request is asked last. */
  readonly passOverMs: number;
  /** Milliseconds between two rounds over replicas of which none answered. */
  readonly retryPauseMs: number;
  /** Milliseconds in which a commit that was acknowledged must come by the feed, or another catalog is followed. */
  readonly feedCheckMs: number;
  /** Milliseconds between two questions to the followed catalog whether it hears a leader. */
  readonly feedAliveMs: number;
  /** Milliseconds without a leader's word after which a catalog's feed counts as silent. */
  readonly leaderSilenceMs: number;
  /** Milliseconds `GET /status` waits for a process. */
  readonly statusWaitMs: number;
  /** Milliseconds `GET /audit` waits for the catalogs to reach one index. */
  readonly auditWaitMs: number;
  /** Milliseconds of one try at it. */
  readonly auditRoundMs: number;
  /** Milliseconds between two tries, each of which looks at every book in every catalog. */
  readonly auditPauseMs: number;

  // Processes.
  /** Milliseconds a process may take to drain before it is ended. */
  readonly drainMs: number;
  /** Milliseconds of the first pause before a dead process is restarted; it doubles. */
  readonly restartBaseMs: number;
  /** Milliseconds no restart pause is longer than. */
  readonly restartCapMs: number;
  /** Milliseconds a process must have been up for its earlier deaths to be forgotten. */
  readonly restartHealthyMs: number;
  /** Milliseconds a process may take to open its disk and listen, and the whole store to be ready. */
  readonly startMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxQuantity: 1_000_000,
  maxLines: 100,
  maxBooksPerRequest: 1_000,
  maxPage: 1_000,
  maxBodyBytes: 1024 * 1024,
  maxInFlightPerConnection: 1_000,
  maxClientConnections: 10_000,
  maxClientBacklogBytes: 4 * 1024 * 1024,
  maxAllClientBacklogBytes: 128 * 1024 * 1024,
  maxClientQueueBytes: 1024 * 1024,
  maxAllClientQueueBytes: 64 * 1024 * 1024,
  maxUnfinishedBytes: 64 * 1024 * 1024,
  frameTimeoutMs: 10_000,
  maxCallIdLength: 256,
  maxFields: 16_384,
  maxSubscriptions: 10_000,
  maxSubscriptionsInAll: 200_000,
  purchaseDeadlineMs: 3_000,
  readDeadlineMs: 3_000,
  requestsPerSecond: 0,
  httpRequestTimeoutMs: 10_000,
  defaultPage: 100,
  maxPageBytes: 1024 * 1024,
  maxPagesInWork: 4,
  maxPagesWaiting: 256,
  maxPagesPerAddress: 128,
  maxPagesPerConnection: 8,
  maxUnreadAnswers: 16,
  unreadAnswerMs: 10_000,
  pageBytesPerSecond: 8 * 1024 * 1024,
  lightAnswerBytes: 64 * 1024,
  statusDeadlineMs: 450,
  clientPingMs: 15_000,
  clientSilenceMs: 45_000,

  maxFrameBytes: 8 * 1024 * 1024,
  maxOutboxBytes: 32 * 1024 * 1024,
  maxPendingAsks: 20_000,
  maxAsksAnswered: 50_000,
  askTickMs: 10,
  maxStrangerBytes: 4 * 1024,
  maxUngreetedConnections: 256,
  pingIntervalMs: 500,
  silenceLimitMs: 2_500,
  greetingTimeoutMs: 2_000,
  backoffBaseMs: 50,
  backoffCapMs: 1_000,

  tickMs: 25,
  heartbeatTicks: 2,
  electionTicks: 12,
  successionTicks: 3,
  hangingDiskTicks: 120,
  maxPatienceTicks: 80,
  maxEntriesPerAppend: 1_000,
  maxBytesPerAppend: 1024 * 1024,
  maxEntriesInFlight: 8_000,
  maxBytesInFlight: 8 * 1024 * 1024,
  maxUncommittedEntries: 20_000,
  maxUncommittedBytes: 16 * 1024 * 1024,
  maxBatchOperations: 4_000,
  maxBatchBytes: 8 * 1024 * 1024,
  maxAppliedPerTurn: 2_000,
  maxAppliedBytesPerTurn: 1024 * 1024,
  keptEntries: 10_000,
  keptBytes: 16 * 1024 * 1024,
  snapshotChunkBytes: 256 * 1024,
  snapshotChunkRecords: 1_000,
  snapshotTicks: 200,
  maxPendingReads: 20_000,
  flushTicks: 2,
  behindWaitMs: 100,
  feedEntries: 10_000,

  maxSubmissions: 20_000,
  submitMarginMs: 50,
  proposalTimeoutMs: 700,
  sagaBackoffBaseMs: 20,
  sagaBackoffCapMs: 200,

  cacheEntries: 50_000,
  cacheBytes: 64 * 1024 * 1024,
  maxCachedBytes: 256 * 1024,
  recentKeys: 100_000,
  redisTimeoutMs: 25,
  maxCachedKeyLength: 512,
  redisGatherMs: 20,
  redisMaxPending: 10_000,
  redisExpirySeconds: 3_600,
  redisFailures: 3,
  redisPauseMs: 500,
  redisSilenceMs: 2_000,
  submitAttemptMs: 1_500,
  readAttemptMs: 400,
  passOverMs: 250,
  retryPauseMs: 25,
  feedCheckMs: 500,
  feedAliveMs: 250,
  leaderSilenceMs: 1_000,
  statusWaitMs: 300,
  auditWaitMs: 2_000,
  auditRoundMs: 250,
  auditPauseMs: 100,

  drainMs: 5_000,
  restartBaseMs: 100,
  restartCapMs: 5_000,
  restartHealthyMs: 10_000,
  startMs: 120_000,
};

/** The bounds of the client library and of the command line, which run in other people's processes. */
export interface ClientLimits {
  /** Calls sent and not answered on the connection; later ones wait. Well below the gateway's own limit. */
  readonly maxInFlight: number;
  /** Calls not settled, waiting ones included; more are refused as `overloaded`. */
  readonly maxCalls: number;
  /** Bytes of one call; a larger one is refused as `too-large`. */
  readonly maxFrameBytes: number;
  /** Bytes handed to the socket and not yet taken, after which sending pauses. */
  readonly maxBufferedBytes: number;
  /** Bytes of one frame from the store; a larger one closes the connection. */
  readonly maxAnswerBytes: number;
  /** Milliseconds a call may take, all its tries and pauses together. */
  readonly callTimeoutMs: number;
  /** Milliseconds for dialling, and again for greeting. */
  readonly greetingTimeoutMs: number;
  /** Milliseconds of the first pause's upper end, before dialling or asking again; it doubles, with full jitter. */
  readonly backoffBaseMs: number;
  /** Milliseconds no such pause is longer than. */
  readonly backoffCapMs: number;
  /** Milliseconds a connection must last before the next pause is a short one again. */
  readonly steadyMs: number;
  /** Milliseconds between two pings. */
  readonly pingIntervalMs: number;
  /** Pings without any sign of life after which a connection is given up. */
  readonly maxMissedPings: number;
  /** Milliseconds a closing handshake may take. */
  readonly closeTimeoutMs: number;
  /** Milliseconds between two looks at the deadlines of calls. */
  readonly tickMs: number;
  /** Books in one batch of an import. */
  readonly maxBatchBooks: number;
  /** Bytes of one batch of an import. */
  readonly maxBatchBytes: number;
  /** Bytes of a CSV file of books. */
  readonly maxCsvBytes: number;
  /** Books in a CSV file. */
  readonly maxCsvBooks: number;
  /** Bytes of one row of a CSV file. */
  readonly maxCsvRowBytes: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  maxInFlight: 256,
  maxCalls: 10_000,
  maxFrameBytes: DEFAULT_LIMITS.maxBodyBytes,
  maxBufferedBytes: 4 * 1024 * 1024,
  maxAnswerBytes: 64 * 1024 * 1024,
  callTimeoutMs: 10_000,
  greetingTimeoutMs: 3_000,
  backoffBaseMs: 50,
  backoffCapMs: 1_000,
  steadyMs: 5_000,
  pingIntervalMs: 1_000,
  maxMissedPings: 4,
  closeTimeoutMs: 500,
  tickMs: 20,
  maxBatchBooks: DEFAULT_LIMITS.maxBooksPerRequest,
  maxBatchBytes: DEFAULT_LIMITS.maxBodyBytes / 2,
  maxCsvBytes: 64 * 1024 * 1024,
  maxCsvBooks: 1_000_000,
  maxCsvRowBytes: 64 * 1024,
};
