import { type Bound, defaultsOf } from '../runtime/bounds/bound.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';

/** The bounds of the client library and of the command line, which run in other people's processes. */
export const LIBRARY_BOUNDS = {
  maxInFlight: {
    value: 256,
    unit: 'calls',
    meaning: "sent and not answered on the connection; later ones wait. Well below the gateway's own limit",
  },
  maxCalls: {
    value: 10_000,
    unit: 'calls',
    meaning: 'not settled, waiting ones included; more are refused as `overloaded`',
  },
  maxFrameBytes: {
    value: DEFAULT_LIMITS.maxBodyBytes,
    unit: 'bytes',
    meaning: 'of one call; a larger one is refused as `too-large`',
  },
  maxBufferedBytes: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'handed to the socket and not yet taken, after which sending pauses',
  },
  maxAnswerBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of one frame from the store; a larger one closes the connection',
  },
  callTimeoutMs: { value: 10_000, unit: 'ms', meaning: 'a call may take, all its tries and pauses together' },
  greetingTimeoutMs: { value: 3_000, unit: 'ms', meaning: 'for dialling, and again for greeting' },
  backoffBaseMs: {
    value: 50,
    unit: 'ms',
    meaning: "of the first pause's upper end, before dialling or asking again; it doubles, with full jitter",
  },
  backoffCapMs: { value: 1_000, unit: 'ms', meaning: 'no such pause is longer than' },
  steadyMs: {
    value: 5_000,
    unit: 'ms',
    meaning: 'a connection must last before the next pause is a short one again',
  },
  pingIntervalMs: { value: 1_000, unit: 'ms', meaning: 'between two pings' },
  maxMissedPings: {
    value: 4,
    unit: 'pings',
    meaning: 'without any sign of life after which a connection is given up',
  },
  closeTimeoutMs: { value: 500, unit: 'ms', meaning: 'a closing handshake may take' },
  tickMs: { value: 20, unit: 'ms', meaning: 'between two looks at the deadlines of calls' },
  maxBatchBooks: {
    value: DEFAULT_LIMITS.maxBooksPerRequest,
    unit: 'books',
    meaning: 'in one batch of an import',
  },
  maxBatchBytes: {
    value: DEFAULT_LIMITS.maxBodyBytes / 2,
    unit: 'bytes',
    meaning: 'of one batch of an import',
  },
  maxCsvBytes: { value: 64 * 1024 * 1024, unit: 'bytes', meaning: 'of a CSV file of books' },
  maxCsvBooks: { value: 1_000_000, unit: 'books', meaning: 'in a CSV file' },
  maxCsvRowBytes: { value: 64 * 1024, unit: 'bytes', meaning: 'of one row of a CSV file' },
} as const satisfies Readonly<Record<string, Bound>>;

export type ClientLimits = { readonly [Name in keyof typeof LIBRARY_BOUNDS]: number };

export const DEFAULT_CLIENT_LIMITS: ClientLimits = defaultsOf(LIBRARY_BOUNDS);
