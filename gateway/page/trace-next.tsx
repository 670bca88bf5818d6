import { TRACED_AT_ONCE, traceNext, tracesLeft } from './tracing.ts';

/** The button that has the next purchases of this page traced. */
export function TraceNext() {
  const left = tracesLeft.value;
  if (left === 0) {
    return (
      <button type="button" onClick={() => traceNext(TRACED_AT_ONCE)}>
        Trace the next {TRACED_AT_ONCE} purchases
      </button>
    );
  }
  return (
    <button type="button" aria-pressed="true" onClick={() => traceNext(0)}>
      Tracing the next {left === 1 ? 'purchase' : `${left} purchases`}; stop
    </button>
  );
}
