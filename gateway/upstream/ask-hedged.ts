import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { AskType, Body, NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { type Answered, type AskPorts, isFinal } from './ask-in-turn.ts';
import type { RoundRobin } from './round-robin.ts';

/** What is asked, and what is asked beside or after an attempt that may have an effect. */
interface Hedged<T extends AskType> {
  readonly first: Body<T>;
  readonly again: Body<T>;
  readonly provisional: (reply: Reply<T>) => boolean;
}

/** How long to wait: `deadline` in local monotonic ms, for all. `trace` notes each attempt. */
interface HedgedPatience {
  readonly attemptMs: number;
  readonly deadline: number;
  readonly trace?: SpanRecorder;
}

/**
 * Asks replicas the same until one answers or the deadline (local monotonic ms) has passed. One that is silent for
 * `attemptMs` is not given up: the next is asked beside it, and the first answer of any counts ("hedged requests",
 * Dean and Barroso, "The Tail at Scale", 2013). Only for what may safely be asked twice: as `again`, where another
 * attempt may have an effect. A reply that is `provisional` does not count then.
 *
 * Rejects with the error itself where another replica would say the same; with `outcome-unknown` where some
 * attempt may have had an effect, at once if nobody will say more of it; else with `unavailable`.
 */
export function askHedged<T extends AskType>(
  { mesh, clock, limits, waits }: AskPorts,
  replicas: RoundRobin,
  type: T,
  { first, again, provisional }: Hedged<T>,
  { attemptMs, deadline, trace }: HedgedPatience,
): Promise<Answered<T>> {
  return new Promise((resolve, reject) => {
    let candidates = replicas.candidates('light');
    let asked = 0;
    let open = 0;
    let unknown = false;
    let over = false;
    next();

    function timeLeft(): number {
      return waits.ended ? 0 : deadline - clock.monotonic();
    }

    function next(): void {
      if (over) return;
      const left = timeLeft();
      const id = candidates.shift();
      if (left <= 0) fail(new BazarError(unknown || open > 0 ? 'outcome-unknown' : 'unavailable'));
      else if (id !== undefined) attempt(id, left);
      else {
        waits.pause(Math.min(limits.retryPauseMs, left)).then(() => {
          candidates = replicas.candidates('light');
          next();
        });
      }
    }

    function attempt(id: NodeId, left: number): void {
      let awaited = true;
      const body = open > 0 || unknown ? again : first;
      open++;
      asked++;
      function goOn(): void {
        if (!awaited || over) return;
        awaited = false;
        replicas.passOver(id);
        next();
      }
      const silence = clock.setTimeout(goOn, Math.min(attemptMs, left));
      const traced = trace && { recorder: trace, step: type, facts: { attempt: asked } };
      mesh.ask(id, type, body, left, traced).then(
        (reply) => {
          clock.clearTimeout(silence);
          if (provisional(reply) && (open > 1 || unknown)) {
            open--;
            return goOn();
          }
          over = true;
          resolve({ from: id, reply });
        },
        (thrown) => {
          clock.clearTimeout(silence);
          open--;
          const error = asBazarError(thrown);
          if (isFinal(error) && open === 0) fail(unknown ? inDoubt(error) : error);
          unknown ||= error.outcome === 'unknown';
          goOn();
        },
      );
    }

    function fail(error: BazarError): void {
      over = true;
      reject(error);
    }
  });
}

/** Nobody will say more, and an earlier attempt may have had an effect. */
const inDoubt = ({ message }: BazarError) =>
  new BazarError('outcome-unknown', `It may have happened before: no answer came. ${message}`);
