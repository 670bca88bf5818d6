import { bound, defaultsOf, KIB, MIB } from '../runtime/bounds/bound.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';

/** The bounds of the client library and of the command line, which run in other people's processes. */
export const LIBRARY_BOUNDS = {
  maxInFlight: bound(
    256,
    "calls sent and not answered on the connection; later ones wait. Well below the gateway's own limit",
  ),
  maxCalls: bound(10_000, 'calls not settled, waiting ones included; more are refused as `overloaded`'),
  maxFrameBytes: bound(
    DEFAULT_LIMITS.maxBodyBytes,
    'bytes of one call; a larger one is refused as `too-large`',
  ),
  maxBufferedBytes: bound(
    4 * MIB,
    'bytes handed to the socket and not yet taken, after which sending pauses',
  ),
  maxAnswerBytes: bound(64 * MIB, 'bytes of one frame from the store; a larger one closes the connection'),
  callTimeoutMs: bound(10_000, 'ms a call may take, all its tries and pauses together'),
  greetingTimeoutMs: bound(3_000, 'ms for dialling, and again for greeting'),
  backoffBaseMs: bound(
    50,
    "ms of the first pause's upper end, before dialling or asking again; it doubles, with full jitter",
  ),
  backoffCapMs: bound(1_000, 'ms no such pause is longer than'),
  steadyMs: bound(5_000, 'ms a connection must last before the next pause is a short one again'),
  pingIntervalMs: bound(1_000, 'ms between two pings'),
  maxMissedPings: bound(4, 'pings without any sign of life after which a connection is given up'),
  eventPauseMs: bound(250, 'ms before events that have stopped coming are asked for again'),
  maxWaitingEvents: bound(
    1_000,
    'events that have come and that nobody has taken; at more no others are asked for until these are taken',
  ),
  closeTimeoutMs: bound(500, 'ms a closing handshake may take'),
  tickMs: bound(20, 'ms between two looks at the deadlines of calls'),
  maxBatchBooks: bound(DEFAULT_LIMITS.maxBooksPerRequest, 'books in one batch of an import'),
  maxBatchBytes: bound(DEFAULT_LIMITS.maxBodyBytes / 2, 'bytes of one batch of an import'),
  maxFileBytes: bound(100_000_000, 'bytes of a file of books; a larger one is refused before it is read'),
  maxFileBooks: bound(1_000_000, 'books in a file'),
  maxRowBytes: bound(64 * KIB, 'bytes of one row of a CSV file'),
  maxJsonCharacters: bound(16 * MIB, 'characters of a JSON file that has not one object a line'),
  maxToldRows: bound(20, 'rows of a file that are told of one by one; of the rest the number is told'),
  maxAddRounds: bound(20, 'times that books get other ids because others took theirs meanwhile'),
};

export type ClientLimits = { readonly [Name in keyof typeof LIBRARY_BOUNDS]: number };

export const DEFAULT_CLIENT_LIMITS: ClientLimits = defaultsOf(LIBRARY_BOUNDS);
