import type { Clock } from '../../runtime/clock.ts';
import { asBazarError, BazarError, type ErrorCode } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { AskType, Body, Mesh, NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { RoundRobin } from './round-robin.ts';

/** What asking others takes. */
export interface AskPorts {
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly waits: Waits;
}

export interface Answered<T extends AskType> {
  readonly from: NodeId;
  readonly reply: Reply<T>;
}

/** How long to wait: `deadline` in local monotonic ms, for everybody; without `attemptMs` as long for each. */
export interface Patience {
  readonly attemptMs?: number;
  readonly deadline: number;
}

/**
 * Asks one replica after the other, the same body each time, until one gives an answer that is `accepted` or the
 * deadline has passed. A replica that fails is asked last for a while. Without `attemptMs` the next is asked only
 * when this one has failed for certain (its link is lost, it is overloaded or behind), never because it is slow.
 *
 * Rejects with the error itself where another replica would say the same; with `outcome-unknown` where some
 * attempt may have had an effect; else with `overloaded` if the last one said so, or `unavailable`.
 */
export async function askInTurn<T extends AskType>(
  { mesh, clock, limits, waits }: AskPorts,
  replicas: RoundRobin,
  type: T,
  body: Body<T>,
  { attemptMs = Number.POSITIVE_INFINITY, deadline }: Patience,
  accepted: (reply: Reply<T>) => boolean = () => true,
): Promise<Answered<T>> {
  const timeLeft = () => (waits.ended ? 0 : deadline - clock.monotonic());
  let unknown = false;
  let overloaded = false;
  while (timeLeft() > 0) {
    for (const id of replicas.candidates(attemptMs === Number.POSITIVE_INFINITY ? 'heavy' : 'light')) {
      const left = timeLeft();
      if (left <= 0) break;
      try {
        const reply = await mesh.ask(id, type, body, Math.min(attemptMs, left));
        if (accepted(reply)) return { from: id, reply };
      } catch (thrown) {
        const error = asBazarError(thrown);
        if (isFinal(error) && !unknown) throw error;
        unknown ||= error.outcome === 'unknown';
        overloaded = error.code === 'overloaded';
      }
      replicas.passOver(id);
    }
    await waits.pause(Math.min(limits.retryPauseMs, Math.max(0, timeLeft())));
  }
  throw new BazarError(unknown ? 'outcome-unknown' : overloaded ? 'overloaded' : 'unavailable');
}

/** Errors about which no other replica says anything else. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-request',
  'too-large',
  'not-yet',
  'disk-full',
  'log-full',
]);

/** Another replica would say the same. */
export function isFinal({ code, outcome }: BazarError): boolean {
  return outcome === 'refused' || FINAL.has(code);
}
