import { bound, KIB, MIB } from './bound.ts';

/** The bounds of the links between processes. */
export const LINK_BOUNDS = {
  maxFrameBytes: bound(8 * MIB, 'bytes of one frame between processes; a larger one closes the link'),
  maxOutboxBytes: bound(
    32 * MIB,
    "bytes waiting on one link (unsent frames and the socket's own buffer); more is `overloaded`",
  ),
  maxPendingAsks: bound(20_000, 'asks without an answer on one link; more are `overloaded`'),
  maxAsksAnswered: bound(50_000, 'asks that one node is answering; more are answered `overloaded`'),
  askTickMs: bound(10, 'ms between two looks at the deadlines of asks'),
  maxStrangerBytes: bound(
    4 * KIB,
    'bytes taken from a connection before its peer has proved itself, all frames together; more closes it',
  ),
  maxUngreetedConnections: bound(
    256,
    'accepted connections whose greeting is not over; at more the oldest is closed',
  ),
  pingIntervalMs: bound(500, 'ms between two signs of life on a quiet link'),
  silenceLimitMs: bound(2_500, 'ms of silence after which a link is given up'),
  greetingTimeoutMs: bound(2_000, 'ms for dialling and greeting together'),
  backoffBaseMs: bound(
    50,
    "ms of the first reconnection pause's upper end; it doubles from there, with full jitter",
  ),
  backoffCapMs: bound(1_000, 'ms no reconnection pause is longer than'),
};
