import type { Bound } from './bound.ts';

/** The bounds of the links between processes. */
export const LINK_BOUNDS = {
  maxFrameBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    meaning: 'of one frame between processes; a larger one closes the link',
  },
  maxOutboxBytes: {
    value: 32 * 1024 * 1024,
    unit: 'bytes',
    meaning: "waiting on one link (unsent frames and the socket's own buffer); more is `overloaded`",
  },
  maxPendingAsks: {
    value: 20_000,
    unit: 'asks',
    meaning: 'without an answer on one link; more are `overloaded`',
  },
  maxAsksAnswered: {
    value: 50_000,
    unit: 'asks',
    meaning: 'that one node is answering; more are answered `overloaded`',
  },
  askTickMs: { value: 10, unit: 'ms', meaning: 'between two looks at the deadlines of asks' },
  maxStrangerBytes: {
    value: 4 * 1024,
    unit: 'bytes',
    meaning: 'taken from a connection before its peer has proved itself, all frames together; more closes it',
  },
  maxUngreetedConnections: {
    value: 256,
    unit: 'accepted',
    meaning: 'connections whose greeting is not over; at more the oldest is closed',
  },
  pingIntervalMs: { value: 500, unit: 'ms', meaning: 'between two signs of life on a quiet link' },
  silenceLimitMs: { value: 2_500, unit: 'ms', meaning: 'of silence after which a link is given up' },
  greetingTimeoutMs: { value: 2_000, unit: 'ms', meaning: 'for dialling and greeting together' },
  backoffBaseMs: {
    value: 50,
    unit: 'ms',
    meaning: "of the first reconnection pause's upper end; it doubles from there, with full jitter",
  },
  backoffCapMs: { value: 1_000, unit: 'ms', meaning: 'no reconnection pause is longer than' },
} as const satisfies Readonly<Record<string, Bound>>;
