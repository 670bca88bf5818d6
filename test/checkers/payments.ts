/** What the checker has to know of an order. */
export interface PaidOrder {
  readonly orderId: string;
  readonly status: string;
  readonly total: number;
  readonly payment?: string | undefined;
}

/** What the payment service has in its book under a key. */
export interface PaymentEntry {
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly status: 'captured' | 'declined' | 'voided';
}

const SOLD: ReadonlySet<string> = new Set(['confirmed', 'partly-cancelled', 'cancelled']);

/**
 * Both books, once nothing is under way: what was captured is an order of that amount, and an order that was paid for was
 * captured once. An order without a payment is none that was to be paid for. Gives the first fault.
 */
export function checkPayments(
  orders: readonly PaidOrder[],
  entries: readonly PaymentEntry[],
): string | undefined {
  const captured = new Map<string, PaymentEntry>();
  for (const entry of entries) {
    if (entry.status !== 'captured') continue;
    const { key, orderId } = entry;
    if (captured.has(orderId))
      return `order ${orderId} was captured twice, the second time under the key ${key}`;
    captured.set(orderId, entry);
  }
  const known = new Map(orders.map((order) => [order.orderId, order]));
  for (const { orderId, amount } of captured.values()) {
    const order = known.get(orderId);
    if (!order) return `${amount} was captured for order ${orderId}, which there is not`;
    if (!SOLD.has(order.status))
      return `${amount} was captured for order ${orderId}, which is ${order.status}`;
    if (order.total !== amount) return `${amount} was captured for order ${orderId} of ${order.total}`;
  }
  for (const { orderId, status, payment } of orders) {
    if (payment === undefined) continue;
    if (payment === 'open') return `the payment of order ${orderId}, which is ${status}, stays open`;
    if (SOLD.has(status) !== captured.has(orderId) || SOLD.has(status) !== (payment === 'captured'))
      return `order ${orderId} is ${status} and ${payment}, and the service has ${captured.has(orderId) ? '' : 'not '}captured it`;
  }
  return undefined;
}
