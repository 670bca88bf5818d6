import { REFUNDS } from '../../runtime/command-levels.ts';
import type { Key, Order, OrderEvent, SettleRefund } from '../../runtime/domain.ts';
import { orderKey } from '../../storage/keys.ts';
import { type Decision, refused, refusedForNow, type Stamp, type View } from './decision.ts';

/**
 * Refunds that the payment service is asked for. What the shop gives back is decided by the cancellation alone, and the copies
 * go where it says at once; here is remembered that the service has to be asked, until it has answered.
 */
export interface OpenRefund {
  readonly orderId: Key;
  /** That of the cancellation. */
  readonly key: Key;
}

/** Keys of orders and cancellations have no slash. */
export const openRefundKey = ({ orderId, key }: OpenRefund) => `${orderId}/${key}`;

export function readOpenRefund(text: string): OpenRefund {
  const end = text.indexOf('/');
  return { orderId: text.slice(0, end), key: text.slice(end + 1) };
}

/** Whether the payment service has taken the money that is to be given back. */
export function isAskedFor({ level }: Pick<View, 'level'>, { payment }: Order, refund: number): boolean {
  return level >= REFUNDS && payment === 'captured' && refund > 0;
}

/** The cancellation of an order that has this key. */
export function cancellationIn(order: Order | undefined, key: Key): OrderEvent | undefined {
  return order?.events?.find((event) => event.what === 'cancelled' && event.key === key);
}

/** Puts down what the service has said, the first time that it is told; two who asked it have heard the same. */
export function settleRefund(view: View, command: SettleRefund, stamp: Stamp): Decision {
  const { index: version, at } = stamp;
  const { key, orderId, state } = command;
  const record = view.recorded(orderKey(orderId));
  const order = record?.result.kind === 'order' ? record.result.order : undefined;
  const cancelled = cancellationIn(order, key);
  if (!record || !order?.events || cancelled?.refundState === undefined) {
    return refusedForNow(refused('unknown-order', version));
  }
  if (cancelled.refundState !== 'requested') {
    return { result: { ...record.result, replayed: true }, books: [], record: null };
  }
  const what = state === 'refunded' ? 'refunded' : 'refund-refused';
  const told: OrderEvent = { what, version, at, key, refund: cancelled.refund };
  const events = order.events.map((event) =>
    event === cancelled ? { ...event, refundState: state } : event,
  );
  const after: Order = { ...order, version, at, events: [...events, told] };
  const result = { kind: 'order' as const, order: after, version, replayed: false };
  return {
    result,
    books: [],
    record: null,
    amended: { key: orderKey(orderId), record: { ...record, result } },
    refund: { key: openRefundKey({ orderId, key }), isOpen: false },
  };
}
