import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditAnswer, OrderAnswer } from '../../runtime/api.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type OrderLine, orderLine } from '../checkers/history.ts';
import { isUnsettled, type PaidOrder, paidOrder } from '../checkers/payments.ts';
import type { Observer } from './observer.ts';
import type { PrivateStore } from './private-store.ts';

/** What the store holds when all is over: its ledger, and every order. */
export interface AfterChecks {
  readonly audit: AuditAnswer;
  readonly orders: readonly OrderLine[];
  /** Copies of each book in confirmed orders. */
  readonly ordered: ReadonlyMap<number, number>;
  readonly paid: readonly PaidOrder[];
}

/** Milliseconds between two looks. */
const LOOK_MS = 250;

/** Every process is there and ready, and there is a leader where there is to be one; false if `limitMs` is over before that. */
export async function becomesWhole(
  { store, log }: PrivateStore,
  observer: Observer,
  limitMs: number,
): Promise<boolean> {
  const giveUpAt = systemClock.monotonic() + limitMs;
  while (systemClock.monotonic() < giveUpAt) {
    const areReady = store.supervisor.nodes.every(({ state }) => state === 'ready');
    const status = areReady ? await observer.status().catch(() => undefined) : undefined;
    const isLed = log !== undefined || !!status?.leader;
    if (status && isLed && status.nodes.every(({ state }) => state === 'ready')) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/**
 * The audit and the order table of one and the same log index, once nobody buys any more. `undefined` if the
 * catalogs are not equal, or go on changing, for all of `limitMs`.
 */
export async function runAfterChecks(observer: Observer, limitMs: number): Promise<AfterChecks | undefined> {
  const giveUpAt = systemClock.monotonic() + limitMs;
  while (systemClock.monotonic() < giveUpAt) {
    const found = await readAtOneIndex(observer).catch(() => undefined);
    if (found) return found;
    await sleep(LOOK_MS);
  }
  return undefined;
}

async function readAtOneIndex(observer: Observer): Promise<AfterChecks | undefined> {
  const before = await observer.audit();
  if (!before.consistent || before.catalogs.some(({ state }) => state !== 'present')) return undefined;
  const orders = await readOrders(observer);
  const audit = await observer.audit();
  const isOpen = orders.paid.some(isUnsettled);
  return audit.consistent && !isOpen && indexOf(audit) === indexOf(before) ? { audit, ...orders } : undefined;
}

/** The log index that every catalog is at. */
function indexOf({ catalogs }: AuditAnswer): string {
  return catalogs.map(({ applied }) => applied).join();
}

/** What was cancelled was sold before, and counts as returned besides. */
const SOLD: ReadonlySet<string> = new Set(['confirmed', 'partly-cancelled', 'cancelled']);

async function readOrders(observer: Observer): Promise<Omit<AfterChecks, 'audit'>> {
  const orders: OrderLine[] = [];
  const paid: PaidOrder[] = [];
  const ordered = new Map<number, number>();
  for (let after: string | undefined; ; ) {
    const page = await observer.orders(after);
    for (const order of page.orders) {
      orders.push(orderLine(order));
      paid.push(paidOrder(order));
      if (SOLD.has(order.status)) addCopies(ordered, order);
    }
    if (page.next === null) return { orders, ordered, paid };
    after = page.next;
  }
}

function addCopies(ordered: Map<number, number>, { lines }: OrderAnswer): void {
  for (const { id, quantity } of lines) ordered.set(id, (ordered.get(id) ?? 0) + quantity);
}
