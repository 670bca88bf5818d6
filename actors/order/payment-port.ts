import type { Cents } from '../../runtime/money.ts';

/** What an order is to be paid with. The key is the order's own and never another one, however often it is asked. */
export interface PaymentRequest {
  readonly key: string;
  readonly orderId: string;
  readonly amount: Cents;
}

/** What is to be given back of a payment, by a cancellation. The key is the cancellation's own, however often it is asked. */
export interface RefundRequest extends PaymentRequest {
  /** That under which it was paid. */
  readonly paymentKey: string;
}

/** What the payment service says of the key of a refund: it is given back, or not. */
export type RefundStatus = 'refunded' | 'refused';

/** What the payment service says of a key: the money was taken, or it was not, or it was and is given back. */
export type PaymentStatus = 'captured' | 'declined' | 'voided';

/**
 * The way to the payment service. It answers all that is asked under one key as one request, forever. All reject where no
 * answer comes in time, or one that fits no request; then nothing is known.
 */
export interface PaymentPort {
  /** Take the money, once. */
  pay(request: PaymentRequest, timeoutMs: number): Promise<PaymentStatus>;
  /** Give back what was taken under this key, and take nothing under it from now on. */
  makeVoid(request: PaymentRequest, timeoutMs: number): Promise<PaymentStatus>;
  /** Give back so much of what was taken, once. */
  refund(request: RefundRequest, timeoutMs: number): Promise<RefundStatus>;
}

/** The service's key for an order: it follows from the order's id alone, so that everybody who asks asks with the same. */
export const paymentKeyOf = (orderId: string) => `bazar-${orderId}`;

/** The same for a refund, from the key of its cancellation. No order id has a colon, so it is no payment's. */
export const refundKeyOf = (cancelKey: string) => `bazar-refund:${cancelKey}`;
