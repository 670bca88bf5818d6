import type { Bound } from './bound.ts';

/** The bounds of what clients meet. */
export const CLIENT_BOUNDS = {
  maxQuantity: { value: 1_000_000, unit: 'copies', meaning: 'of one book in one purchase', beyond: '422' },
  maxLines: { value: 100, unit: 'lines', meaning: 'of one cart', beyond: '422' },
  maxBooksPerRequest: { value: 1_000, unit: 'books', meaning: 'in one `addBooks`', beyond: '422' },
  maxPage: { value: 1_000, unit: 'books', meaning: 'or orders on one page of a listing', beyond: '422' },
  maxBodyBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    meaning: 'of one HTTP body or client WebSocket frame',
    beyond: '413; the socket is closed',
  },
  maxInFlightPerConnection: {
    value: 1_000,
    unit: 'requests',
    meaning: 'in flight on one client connection; more are refused',
    beyond: '429',
  },
  maxClientConnections: {
    value: 10_000,
    unit: 'client',
    meaning: 'WebSocket connections; more are refused',
    beyond: '429',
  },
  maxClientBacklogBytes: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'waiting for one slow client before its connection is closed',
    beyond: 'its connection is closed',
  },
  maxAllClientBacklogBytes: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'waiting for all slow clients; at more those with the longest backlogs are cut off',
    beyond: 'those who hold most are closed',
  },
  maxClientQueueBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    meaning: 'of calls waiting their turn on one client connection; at more it is not read for a while',
  },
  maxAllClientQueueBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of calls waiting their turn on all client connections; at more those who hold most are cut off',
    beyond: 'those who hold most are closed',
  },
  maxUnfinishedBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    meaning:
      'of frames and bodies of all clients that have begun and not ended; at more the largest are cut off',
    beyond: 'those who hold most are closed',
  },
  unfinishedBytesPerSecond: {
    value: 32 * 1024 * 1024,
    unit: 'bytes',
    meaning:
      'a second that are read of messages in several pieces, of all clients; client addresses take turns',
    beyond: 'they wait',
  },
  frameTimeoutMs: {
    value: 10_000,
    unit: 'ms',
    meaning: 'a client may take to send a whole WebSocket message',
    beyond: 'the socket is closed',
  },
  maxCallIdLength: { value: 256, unit: 'characters', meaning: "of a JSON-RPC call's id" },
  maxFields: {
    value: 16_384,
    unit: 'fields',
    meaning: 'of all objects in one request; of more, none is looked at',
  },
  maxSubscriptions: {
    value: 10_000,
    unit: 'books',
    meaning: 'one connection may be subscribed to by id; a topic counts as one',
    beyond: 'refused',
  },
  maxSubscriptionsInAll: {
    value: 200_000,
    unit: 'books',
    meaning: 'and topics that all connections together watch; those of a watched topic count one by one',
    beyond: 'refused',
  },
  purchaseDeadlineMs: {
    value: 3_000,
    unit: 'ms',
    meaning: "from a purchase's arrival at the gateway to its answer, whatever happens",
    beyond: '503, which says whether it may have happened',
  },
  readDeadlineMs: { value: 3_000, unit: 'ms', meaning: "from a read's arrival at the gateway to its answer" },
  requestsPerSecond: {
    value: 200,
    unit: 'requests',
    meaning: 'per second and client address outside this machine; 0 means no limit',
    beyond: '429',
  },
  freeTokenTries: {
    value: 5,
    unit: 'wrong',
    meaning: 'tokens of one address that are answered at once; the next wait before they are looked at',
    beyond: 'each waits longer, up to 5 s',
  },
  tokenDelayMs: { value: 250, unit: 'ms', meaning: 'that the first of those waits; it doubles' },
  tokenDelayCapMs: { value: 5_000, unit: 'ms', meaning: 'that a token waits at most' },
  maxTokenTriesWaiting: {
    value: 256,
    unit: 'tokens',
    meaning: 'of all addresses that wait to be looked at; more are refused',
  },
  maxTokenAddresses: {
    value: 10_000,
    unit: 'addresses',
    meaning: 'whose wrong tokens are counted; beyond, the one that was heard of longest ago is forgotten',
  },
  tokenForgetMs: {
    value: 60_000,
    unit: 'ms',
    meaning: 'without a wrong token after which those of an address are forgotten',
  },
  tokenLogMs: { value: 1_000, unit: 'ms', meaning: 'between two log lines about wrong tokens' },
  httpRequestTimeoutMs: {
    value: 10_000,
    unit: 'ms',
    meaning: 'an HTTP client may take to send a whole request',
  },
  keepAliveMs: {
    value: 65_000,
    unit: 'ms',
    meaning: 'an HTTP connection may rest between two requests; more than the 60 s of common proxies',
  },
  defaultPage: {
    value: 100,
    unit: 'books',
    meaning: 'or orders on a page whose size the client leaves open',
  },
  maxPageBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    meaning: 'of one page as it is answered: books, orders, titles. A page holds one element at least',
    beyond: 'it ends there, and `next` (a search: `Link: <…>; rel="next"`) says where it goes on',
  },
  maxPagesInWork: {
    value: 4,
    unit: 'heavy',
    meaning: 'reads (pages, audits, strong and large searches) that one process works on at once; more wait',
  },
  maxPagesWaiting: {
    value: 256,
    unit: 'heavy',
    meaning: 'reads that wait for their turn in one process; more are `overloaded`',
  },
  maxPagesPerAddress: {
    value: 128,
    unit: 'heavy',
    meaning: 'reads of one client address that wait in the gateway; more are `overloaded`',
    beyond: '429',
  },
  maxPagesPerConnection: {
    value: 8,
    unit: 'heavy',
    meaning: 'reads of one client connection that wait in the gateway; more are `overloaded`',
    beyond: '429',
  },
  maxUnreadAnswers: {
    value: 16,
    unit: 'connections',
    meaning: 'with a heavy answer that has not left the gateway; half of them for one address. Others wait',
  },
  unreadAnswerMs: {
    value: 10_000,
    unit: 'ms',
    meaning: 'in which an answer must have left the gateway, and a client must take what is sent to it',
    beyond: 'its connection is cut',
  },
  pageBytesPerSecond: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of heavy answers that one process makes a second; what is asked beyond waits',
    beyond: 'they wait, and after 1.5 s: 429',
  },
  lightAnswerBytes: {
    value: 64 * 1024,
    unit: 'bytes',
    meaning: 'of the largest topic whose default search is answered without a turn among the heavy reads',
  },
  statusDeadlineMs: { value: 450, unit: 'ms', meaning: 'after which `GET /status` gives up' },
  clientPingMs: { value: 15_000, unit: 'ms', meaning: 'between two pings of a client WebSocket' },
  clientSilenceMs: {
    value: 45_000,
    unit: 'ms',
    meaning: 'without a sign of life after which a client WebSocket is closed',
    beyond: 'it is closed',
  },
} as const satisfies Readonly<Record<string, Bound>>;
