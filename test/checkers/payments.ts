import type { OrderAnswer } from '../../runtime/api.ts';
import { parseMoney } from '../../runtime/money.ts';

/** What the checker has to know of an order. */
export interface PaidOrder {
  readonly orderId: string;
  readonly status: string;
  readonly total: number;
  readonly payment?: string | undefined;
  readonly events?: readonly {
    readonly what: string;
    readonly key?: string | undefined;
    readonly refund?: number | undefined;
    readonly refundState?: string | undefined;
  }[];
}

/** The same of an order as the store answers it. */
export function paidOrder({ total, events, ...order }: OrderAnswer): PaidOrder {
  const cents = (amount: string) => parseMoney(amount)!;
  return {
    ...order,
    total: cents(total),
    events: events?.map(({ refund, ...event }) => ({
      ...event,
      refund: refund && cents(refund),
    })) as PaidOrder['events'],
  };
}

/** The payment service has not answered for all of it yet. */
export function isUnsettled({ payment, events = [] }: PaidOrder): boolean {
  return payment === 'open' || events.some(({ refundState }) => refundState === 'requested');
}

/** What the payment service has in its book under a key: of a payment, or of a refund of the payment that has the `paymentKey`. */
export interface PaymentEntry {
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly status: 'captured' | 'declined' | 'voided' | 'refunded' | 'refused';
  readonly paymentKey?: string | undefined;
}

const SOLD: ReadonlySet<string> = new Set(['confirmed', 'partly-cancelled', 'cancelled']);

/**
 * Both books, once nothing is under way: what was captured is an order of that amount, and an order that was paid for was
 * captured once; what its cancellations give back was asked for once each, and stands in both books as the service has said.
 * An order without a payment is none that was to be paid for. Gives the first fault.
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
  return checkRefunds(orders, captured, entries);
}

function checkRefunds(
  orders: readonly PaidOrder[],
  captured: ReadonlyMap<string, PaymentEntry>,
  entries: readonly PaymentEntry[],
): string | undefined {
  const inBank = new Map<string, string[]>();
  for (const { paymentKey, amount, status } of entries) {
    if (paymentKey !== undefined)
      inBank.set(paymentKey, [...(inBank.get(paymentKey) ?? []), `${amount} ${status}`]);
  }
  for (const { orderId, events = [] } of orders) {
    const asked = events.filter(({ refundState }) => refundState !== undefined);
    const inShop = asked.map(({ refund, refundState }) => `${refund} ${refundState}`).sort();
    const paymentKey = captured.get(orderId)?.key ?? '';
    const ofBank = (inBank.get(paymentKey) ?? []).sort();
    inBank.delete(paymentKey);
    if (inShop.join() !== ofBank.join())
      return `of order ${orderId} the shop gives back ${inShop.join(', ') || 'nothing'}, and the service ${ofBank.join(', ') || 'nothing'}`;
    const told = events.filter(({ what }) => what === 'refunded' || what === 'refund-refused');
    if (told.length !== asked.length || new Set(told.map(({ key }) => key)).size !== told.length)
      return `order ${orderId} tells ${told.length} answers to its ${asked.length} refunds`;
  }
  const [unknown] = inBank.keys();
  return unknown === undefined
    ? undefined
    : `a refund was asked for ${unknown}, which no order was paid with`;
}
