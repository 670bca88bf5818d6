import type { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import type { TraceSpan } from '../../runtime/trace/trace-span.ts';

/** The trace, in so many bytes at most: where it is larger, steps in the middle of its longest span give way. */
export function fitTrace(trace: TraceAnswer, maxBytes: number): TraceAnswer {
  if (Buffer.byteLength(JSON.stringify(trace)) <= maxBytes) return trace;
  const longest = spansIn(trace.span).reduce((a, b) => (b.steps.length > a.steps.length ? b : a));
  if (longest.steps.length === 0) return trace;
  const kept = Math.floor(longest.steps.length * 0.8);
  return fitTrace({ ...trace, span: shortened(trace.span, longest, kept) }, maxBytes);
}

function spansIn(span: TraceSpan): TraceSpan[] {
  return [span, ...span.steps.flatMap((step) => (step.span ? spansIn(step.span) : []))];
}

function shortened(span: TraceSpan, longest: TraceSpan, kept: number): TraceSpan {
  if (span !== longest) {
    const steps = span.steps.map((step) =>
      step.span ? { ...step, span: shortened(step.span, longest, kept) } : step,
    );
    return { ...span, steps };
  }
  const { steps, omitted = 0 } = span;
  const head = steps.slice(0, Math.ceil(kept / 2));
  const tail = steps.slice(steps.length - Math.floor(kept / 2));
  return { ...span, steps: [...head, ...tail], omitted: omitted + steps.length - kept };
}
