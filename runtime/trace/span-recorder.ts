import type { Clock } from '../clock.ts';
import type { StepFacts, TraceSpan, TraceStep } from './trace-span.ts';

/**
 * Notes what one process does for one traced request. It has room for `most` steps: where there are more, those in the
 * middle give way, since the beginning says how it went and the end how it came out.
 */
export interface SpanRecorder {
  /** A moment. */
  mark(what: string, facts?: StepFacts): void;
  /** Something that takes time, until its end is told. `to` is the process that is asked. */
  begin(what: string, facts?: StepFacts, to?: string): OpenStep;
  /** Microseconds since the request was taken. */
  sinceBegin(): number;
  /** What was noted up to now. */
  span(): TraceSpan;
}

export interface OpenStep {
  /** Ends the step, once: what comes later does not count. */
  end(how?: { readonly error?: string; readonly span?: TraceSpan; readonly facts?: StepFacts }): void;
}

type NotedStep = { -readonly [Field in keyof TraceStep]: TraceStep[Field] };

export function createSpanRecorder(
  node: string,
  what: string,
  clock: Pick<Clock, 'monotonic'>,
  most: number,
): SpanRecorder {
  const began = clock.monotonic();
  const steps: NotedStep[] = [];
  let omitted = 0;

  function sinceBegin(): number {
    return Math.round((clock.monotonic() - began) * 1_000);
  }

  function add(step: NotedStep): NotedStep {
    steps.push(step);
    if (steps.length > most) {
      steps.splice(Math.floor(most / 2), 1);
      omitted += 1;
    }
    return step;
  }

  return {
    mark(what, facts) {
      add({ what, atUs: sinceBegin(), ...(facts && { facts }) });
    },
    begin(what, facts, to) {
      const step = add({ what, atUs: sinceBegin(), ...(to && { to }), ...(facts && { facts }) });
      return {
        end({ error, span, facts } = {}) {
          if (step.tookUs !== undefined) return;
          step.tookUs = sinceBegin() - step.atUs;
          if (error !== undefined) step.error = error;
          if (span !== undefined) step.span = span;
          if (facts !== undefined) step.facts = { ...step.facts, ...facts };
        },
      };
    },
    sinceBegin,
    span: () => ({
      node,
      what,
      tookUs: sinceBegin(),
      ...(omitted > 0 && { omitted }),
      steps: steps.map((step) => ({ ...step })),
    }),
  };
}
