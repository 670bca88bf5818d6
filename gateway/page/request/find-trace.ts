import { signal } from '@preact/signals';
import type { OrderAnswer } from '../../../runtime/api.ts';
import type { TraceAnswer } from '../../../runtime/trace/trace-answers.ts';
import { type CallFailure, call } from '../store-socket.ts';

/** What is found under an order id. */
export type FoundTrace =
  | { readonly kind: 'looking' }
  | { readonly kind: 'trace'; readonly trace: TraceAnswer }
  /** The order is there, and nothing was noted of it, or no longer. */
  | { readonly kind: 'untraced'; readonly order: OrderAnswer }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly failure: CallFailure };

export const foundTrace = signal<FoundTrace>({ kind: 'looking' });
/** The order that was asked for last; what comes for one before it does not count. */
let wanted = '';

export async function findTrace(orderId: string): Promise<void> {
  if (orderId !== wanted) foundTrace.value = { kind: 'looking' };
  wanted = orderId;
  const found = await look(orderId);
  if (orderId === wanted) foundTrace.value = found;
}

async function look(orderId: string): Promise<FoundTrace> {
  try {
    return { kind: 'trace', trace: await call<TraceAnswer>('trace', { orderId }) };
  } catch (thrown) {
    const failure = thrown as CallFailure;
    return failure.code === 'unknown-trace' ? lookForOrder(orderId) : missing(failure);
  }
}

async function lookForOrder(orderId: string): Promise<FoundTrace> {
  try {
    return { kind: 'untraced', order: await call<OrderAnswer>('order', { orderId }) };
  } catch (thrown) {
    return missing(thrown as CallFailure);
  }
}

/** What is no order id belongs to no order. */
function missing(failure: CallFailure): FoundTrace {
  const isUnknown = failure.code === 'unknown-order' || failure.code === 'invalid-request';
  return isUnknown ? { kind: 'unknown' } : { kind: 'failed', failure };
}
