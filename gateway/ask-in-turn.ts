import type { Clock } from '../runtime/clock.ts';
import { asBazarError, BazarError } from '../runtime/errors.ts';
import type { Limits } from '../runtime/limits.ts';
import type { AskType, Body, Mesh, NodeId, Reply } from '../runtime/mesh.ts';
import type { RoundRobin } from './round-robin.ts';
import type { Waits } from './waits.ts';

/** What asking others takes. */
export interface AskPorts {
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly waits: Waits;
}

export interface Answer<T extends AskType> {
  readonly from: NodeId;
  readonly reply: Reply<T>;
}

/**
 * Asks one replica after the other, the same body each time, until one gives an answer that is `accepted` or the
 * deadline (local monotonic ms) has passed. A replica that fails is asked last for a while.
 *
 * Rejects with the error itself where another replica would say the same; with `outcome-unknown` where some
 * attempt may have had an effect; else with `unavailable`.
 */
export async function askInTurn<T extends AskType>(
  { mesh, clock, limits, waits }: AskPorts,
  replicas: RoundRobin,
  type: T,
  body: Body<T>,
  patience: { readonly attemptMs: number; readonly deadline: number },
  accepted: (reply: Reply<T>) => boolean = () => true,
): Promise<Answer<T>> {
  const timeLeft = () => (waits.ended ? 0 : patience.deadline - clock.monotonic());
  let unknown = false;
  while (timeLeft() > 0) {
    for (const id of replicas.candidates()) {
      const left = timeLeft();
      if (left <= 0) break;
      try {
        const reply = await mesh.ask(id, type, body, Math.min(patience.attemptMs, left));
        if (accepted(reply)) return { from: id, reply };
      } catch (thrown) {
        const error = asBazarError(thrown);
        if (isFinal(error) && !unknown) throw error;
        unknown ||= error.outcome === 'unknown';
      }
      replicas.passOver(id);
    }
    await waits.pause(Math.min(limits.retryPauseMs, Math.max(0, timeLeft())));
  }
  throw new BazarError(unknown ? 'outcome-unknown' : 'unavailable');
}

/** Another replica would say the same. */
export function isFinal({ code, outcome }: BazarError): boolean {
  return outcome === 'refused' || code === 'invalid-request' || code === 'too-large';
}
