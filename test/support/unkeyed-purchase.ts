import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { LauncherCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

/** A purchase under a key that the gateway makes, and what its buyer was told first. */
export interface UnkeyedPurchase {
  readonly book: number;
  readonly status: number;
  readonly body: { readonly orderId: string; readonly code?: string; readonly outcome?: string };
  readonly tookMs: number;
}

export async function buyUnkeyed(cluster: LauncherCluster, book: number): Promise<UnkeyedPurchase> {
  const began = performance.now();
  const { status, body } = await cluster.request<UnkeyedPurchase['body']>('POST', '/purchase', {
    body: { id: book },
  });
  return { book, status, body, tookMs: performance.now() - began };
}

/** Milliseconds by which the clocks of two processes may differ over one purchase. */
const CLOCK_SLACK_MS = 10;

/**
 * What the store owes a buyer while a minority of it dies: a sale, or the word that it could not tell, never before the
 * time of the purchase was over; and then a sale to whoever asks again under the order id that he was told.
 */
export async function assertSold(cluster: LauncherCluster, purchase: UnkeyedPurchase): Promise<void> {
  const { book, status, body, tookMs } = purchase;
  if (status === 201) return;
  const told = `${status} ${JSON.stringify(body)} after ${Math.round(tookMs)} ms`;
  assert.is(status, 503, told);
  assert.ok(body.outcome === 'unknown' || body.outcome === 'none', told);
  assert.ok(tookMs >= DEFAULT_LIMITS.purchaseDeadlineMs - CLOCK_SLACK_MS, `given up too early: ${told}`);
  await eventually(`a sale after ${told}`, async () => {
    const headers = { 'idempotency-key': body.orderId };
    const again = await cluster.request('POST', '/purchase', { body: { id: book }, headers });
    return again.status === 201 || again.status === 200;
  });
}
