import type { Clock } from '../clock.ts';
import type { DeadlineWheel } from '../deadline-wheel.ts';
import type { Limits } from '../limits.ts';
import { createAsks, type PendingAsk } from './asks.ts';
import { decodeFrame, type Envelope } from './envelope.ts';
import type { Endpoint } from './link.ts';
import type { Peer } from './mesh.ts';
import { createOutbox } from './outbox.ts';

/**
 * A node's way to itself, for those who address every node of a kind. Messages are encoded, wait for the end of
 * the turn, and are checked like any others, so that a handler cannot tell the difference.
 */
export function createLoopback(
  self: Peer,
  clock: Clock,
  limits: Limits,
  wheel: DeadlineWheel<PendingAsk>,
  received: (exchange: Endpoint, envelope: Envelope) => void,
): Endpoint {
  const toSelf = {
    bufferedBytes: 0,
    send(frame: string) {
      for (const envelope of decodeFrame(frame, limits.maxFrameBytes)) received(exchange, envelope);
    },
    close() {},
  };
  const outbox = createOutbox(toSelf, clock, limits);
  const exchange: Endpoint = {
    peer: self,
    asks: createAsks(wheel, limits.maxPendingAsks),
    send: outbox.push,
  };
  return exchange;
}
