import { bound, KIB, MIB } from './bound.ts';

/** The bounds of what clients meet. */
export const CLIENT_BOUNDS = {
  maxQuantity: bound(1_000_000, 'copies of one book in one purchase', '422'),
  maxLines: bound(100, 'lines of one cart', '422'),
  minHoldMs: bound(1_000, 'ms of the shortest hold', '422'),
  maxHoldMs: bound(24 * 60 * 60 * 1000, 'ms of the longest hold', '422'),
  defaultHoldMs: bound(15 * 60 * 1000, 'ms of a hold whose length the client leaves open'),
  maxBooksPerRequest: bound(1_000, 'books in one `addBooks`', '422'),
  maxPage: bound(1_000, 'books or orders on one page of a listing', '422'),
  maxBodyBytes: bound(MIB, 'bytes of one HTTP body or client WebSocket frame', '413; the socket is closed'),
  maxInFlightPerConnection: bound(
    1_000,
    'requests in flight on one client connection; more are refused',
    '429',
  ),
  maxClientConnections: bound(10_000, 'client WebSocket connections; more are refused', '429'),
  maxClientBacklogBytes: bound(
    4 * MIB,
    'bytes waiting for one slow client before its connection is closed',
    'its connection is closed',
  ),
  maxAllClientBacklogBytes: bound(
    128 * MIB,
    'bytes waiting for all slow clients; at more those with the longest backlogs are cut off',
    'those who hold most are closed',
  ),
  maxClientQueueBytes: bound(
    MIB,
    'bytes of calls waiting their turn on one client connection; at more it is not read for a while',
  ),
  maxAllClientQueueBytes: bound(
    64 * MIB,
    'bytes of calls waiting their turn on all client connections; at more those who hold most are cut off',
    'those who hold most are closed',
  ),
  maxUnfinishedBytes: bound(
    64 * MIB,
    'bytes of frames and bodies of all clients that have begun and not ended; at more the largest are cut off',
    'those who hold most are closed',
  ),
  unfinishedBytesPerSecond: bound(
    32 * MIB,
    'bytes a second that are read of messages in several pieces, of all clients; client addresses take turns',
    'they wait',
  ),
  frameTimeoutMs: bound(
    10_000,
    'ms a client may take to send a whole WebSocket message',
    'the socket is closed',
  ),
  maxCallIdLength: bound(256, "characters of a JSON-RPC call's id"),
  maxFields: bound(16_384, 'fields of all objects in one request; of more, none is looked at'),
  maxSubscriptions: bound(
    10_000,
    'books one connection may be subscribed to by id; a topic counts as one',
    'refused',
  ),
  maxSubscriptionsInAll: bound(
    200_000,
    'books and topics that all connections together watch; those of a watched topic count one by one',
    'refused',
  ),
  purchaseDeadlineMs: bound(
    3_000,
    "ms from a purchase's arrival at the gateway to its answer, whatever happens",
    '503, which says whether it may have happened',
  ),
  readDeadlineMs: bound(3_000, "ms from a read's arrival at the gateway to its answer"),
  requestsPerSecond: bound(
    200,
    'requests a second and client address outside this machine; 0 means no limit',
    '429',
  ),
  localRequestsPerSecond: bound(
    0,
    'requests a second of all programs on this machine; 0 means no limit, and setting `requestsPerSecond` sets it too',
    '429',
  ),
  freeTokenTries: bound(
    5,
    'wrong tokens of one address that are answered at once; the next wait before they are looked at',
    'each waits longer, up to 5 s',
  ),
  tokenDelayMs: bound(250, 'ms that the first of those waits; it doubles'),
  tokenDelayCapMs: bound(5_000, 'ms that a token waits at most'),
  maxTokenTriesWaiting: bound(256, 'tokens of all addresses that wait to be looked at; more are refused'),
  maxTokenAddresses: bound(
    10_000,
    'addresses whose wrong tokens are counted; beyond, the one that was heard of longest ago is forgotten',
  ),
  tokenForgetMs: bound(60_000, 'ms without a wrong token after which those of an address are forgotten'),
  tokenLogMs: bound(1_000, 'ms between two log lines about wrong tokens'),
  httpRequestTimeoutMs: bound(10_000, 'ms an HTTP client may take to send a whole request'),
  keepAliveMs: bound(
    65_000,
    'ms an HTTP connection may rest between two requests; more than the 60 s of common proxies',
  ),
  defaultPage: bound(100, 'books or orders on a page whose size the client leaves open'),
  maxPageBytes: bound(
    MIB,
    'bytes of one page as it is answered: books, orders, titles. A page holds one element at least',
    'it ends there, and `next` (a search: `Link: <…>; rel="next"`) says where it goes on',
  ),
  maxPagesInWork: bound(
    4,
    'heavy reads (pages, audits, strong and large searches) that one process works on at once; more wait',
  ),
  maxPagesWaiting: bound(256, 'heavy reads that wait for their turn in one process; more are `overloaded`'),
  maxPagesPerAddress: bound(
    128,
    'heavy reads of one client address that wait in the gateway; more are `overloaded`',
    '429',
  ),
  maxPagesPerConnection: bound(
    8,
    'heavy reads of one client connection that wait in the gateway; more are `overloaded`',
    '429',
  ),
  maxUnreadAnswers: bound(
    16,
    'connections with a heavy answer that has not left the gateway; half of them for one address. Others wait',
  ),
  unreadAnswerMs: bound(
    10_000,
    'ms in which an answer must have left the gateway, and a client must take what is sent to it',
    'its connection is cut',
  ),
  pageBytesPerSecond: bound(
    8 * MIB,
    'bytes of heavy answers that one process makes a second; what is asked beyond waits',
    'they wait, and after 1.5 s: 429',
  ),
  lightAnswerBytes: bound(
    64 * KIB,
    'bytes of the largest topic whose default search is answered without a turn among the heavy reads',
  ),
  statusDeadlineMs: bound(450, 'ms after which `GET /status` gives up'),
  clientPingMs: bound(15_000, 'ms between two pings of a client WebSocket'),
  clientSilenceMs: bound(
    45_000,
    'ms without a sign of life after which a client WebSocket is closed',
    'it is closed',
  ),
};
