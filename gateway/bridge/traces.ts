import type { Clock } from '../../runtime/clock.ts';
import type { CartLine, Key } from '../../runtime/domain.ts';
import { asBazarError, type BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import { createSpanRecorder, type SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import type { TraceAnswer, TracesAnswer } from '../../runtime/trace/trace-answers.ts';
import type { TraceStep } from '../../runtime/trace/trace-span.ts';
import type { GatewayService, Submitted } from '../service.ts';
import { watchFeed } from './feed-arrival.ts';
import { fitTrace } from './fit-trace.ts';
import type { Views } from './views.ts';

/** The traces of purchases that this gateway made, the newest of each order; old ones give way and are forgotten. */
export interface Traces {
  /** Takes one of the purchases that are to be traced whosever they are; false where none is. */
  takeTurn(): boolean;
  /** Has the next so many purchases traced. */
  awaitNext(purchases: number): void;
  /** Makes a purchase, and keeps what it took. */
  follow(what: TracedPurchase, make: (recorder: SpanRecorder) => Promise<Submitted>): Promise<Submitted>;
  find(orderId: Key): TraceAnswer | undefined;
  list(): TracesAnswer;
}

export interface TracedPurchase {
  readonly door: TraceAnswer['door'];
  readonly traceId: string | undefined;
  readonly lines: readonly Pick<CartLine, 'id' | 'quantity'>[];
}

interface Kept {
  readonly trace: TraceAnswer;
  /** Local monotonic ms. */
  readonly since: number;
}

/** Lines of a cart that a trace names. */
const NAMED_LINES = 5;

export function createTraces(options: {
  readonly service: Pick<GatewayService, 'id' | 'onChange'>;
  readonly views: Views;
  readonly limits: Limits;
  readonly clock: Clock;
}): Traces {
  const { service, views, limits, clock } = options;
  /** The oldest first. */
  const kept = new Map<Key, Kept>();
  let awaited = 0;

  function keep(trace: TraceAnswer): Kept {
    const fresh = { trace: fitTrace(trace, limits.maxTraceBytes), since: clock.monotonic() };
    kept.delete(trace.orderId);
    kept.set(trace.orderId, fresh);
    forgetOld();
    return fresh;
  }

  function forgetOld(): void {
    const oldest = clock.monotonic() - limits.traceKeptMs;
    for (const [orderId, { since }] of kept) {
      if (since > oldest && kept.size <= limits.maxTraces) return;
      kept.delete(orderId);
    }
  }

  return {
    takeTurn() {
      if (awaited === 0) return false;
      awaited -= 1;
      return true;
    },
    awaitNext(purchases) {
      awaited = purchases;
    },
    async follow({ door, traceId, lines }, make) {
      const at = new Date(clock.now()).toISOString();
      const recorder = createSpanRecorder(service.id, 'purchase', clock, limits.maxTraceSteps);
      const feed = watchFeed({
        service,
        clock,
        patienceMs: limits.feedCheckMs,
        books: new Set(lines.map(({ id }) => id)),
        now: recorder.sinceBegin,
      });
      const end = (orderId: Key, ending: Ending) => {
        const trace = { orderId, at, door, traceId, cart: cartText(lines), ...ending, span: recorder.span() };
        const entry = keep(trace);
        if (trace.version === undefined) return feed.leave();
        feed.await(trace.version, (atUs) => {
          if (kept.get(orderId) === entry) keep(withStep(trace, { what: 'feed', atUs }));
        });
      };
      try {
        const submitted = await make(recorder);
        end(submitted.key, endingOf(submitted, views));
        return submitted;
      } catch (thrown) {
        const error = asBazarError(thrown);
        const { orderId } = error.details;
        if (typeof orderId === 'string') end(orderId, endingOfError(error));
        else feed.leave();
        throw thrown;
      }
    },
    find(orderId) {
      forgetOld();
      return kept.get(orderId)?.trace;
    },
    list() {
      forgetOld();
      const traces = [...kept.values()].reverse().map(({ trace: { orderId, at, outcome, code, span } }) => ({
        orderId,
        at,
        outcome,
        code,
        tookUs: span.tookUs,
      }));
      return { traces, awaited };
    },
  };
}

type Ending = Pick<TraceAnswer, 'outcome' | 'code' | 'version' | 'total' | 'replayed'>;

function endingOf({ result }: Submitted, views: Views): Ending {
  const { version, replayed } = result;
  const total = result.kind === 'order' ? views.amount(result.order.total) : undefined;
  return { outcome: 'confirmed', version, total, ...(replayed && { replayed }) };
}

function endingOfError({ code, outcome, details }: BazarError): Ending {
  const { version, replayed } = details;
  const known = typeof version === 'number' ? version : undefined;
  return { outcome, code, version: known, ...(replayed === true && { replayed }) };
}

/** What came after the answer stands behind it. */
function withStep(trace: TraceAnswer, step: TraceStep): TraceAnswer {
  const steps = [...trace.span.steps, step].sort((a, b) => a.atUs - b.atUs);
  return { ...trace, span: { ...trace.span, steps } };
}

function cartText(lines: TracedPurchase['lines']): string {
  const named = lines.slice(0, NAMED_LINES).map(({ id, quantity }) => `${id} × ${quantity}`);
  const rest = lines.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
