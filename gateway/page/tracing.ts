import { signal } from '@preact/signals';

/** Tracing, as this page asks for it: so many of its next purchases are to be traced. */
export const tracesLeft = signal(0);

export const TRACED_AT_ONCE = 5;

export function traceNext(purchases: number): void {
  tracesLeft.value = purchases;
}

/** Takes one of them; false where none is. */
export function takeTrace(): boolean {
  if (tracesLeft.value === 0) return false;
  tracesLeft.value -= 1;
  return true;
}
