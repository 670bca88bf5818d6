import type { Cents } from '../../runtime/money.ts';

/** What an order is to be paid with. The key is the order's own and never another one, however often it is asked. */
export interface PaymentRequest {
  readonly key: string;
  readonly orderId: string;
  readonly amount: Cents;
}

/** What the payment service says of a key: the money was taken, or it was not, or it was and is given back. */
export type PaymentStatus = 'captured' | 'declined' | 'voided';

/**
 * The way to the payment service. It answers all that is asked under one key as one request, forever. Both reject where no
 * answer comes in time, or one that fits no request; then nothing is known.
 */
export interface PaymentPort {
  /** Take the money, once. */
  pay(request: PaymentRequest, timeoutMs: number): Promise<PaymentStatus>;
  /** Give back what was taken under this key, and take nothing under it from now on. */
  makeVoid(request: PaymentRequest, timeoutMs: number): Promise<PaymentStatus>;
}

/** The service's key for an order: it follows from the order's id alone, so that everybody who asks asks with the same. */
export const paymentKeyOf = (orderId: string) => `bazar-${orderId}`;
