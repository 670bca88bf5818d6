import { signal } from '@preact/signals';
import type { OrderAnswer } from '../../../runtime/api.ts';
import { browserClock, randomName } from '../browser-clock.ts';
import { type CallFailure, call } from '../store-socket.ts';
import { takeTrace } from '../tracing.ts';

/**
 * The purchases of this page. Each has an order id of its own from the beginning, so that one whose outcome is not known
 * can be asked again: the same order, and never another copy.
 */

export interface OrderedLine {
  readonly id: number;
  readonly quantity: number;
  readonly price: string | undefined;
  readonly title: string;
}

export interface PagePurchase {
  readonly orderId: string;
  readonly lines: readonly OrderedLine[];
  /** `unknown`: it may have happened. */
  readonly state: 'waiting' | 'confirmed' | 'refused' | 'unknown' | 'none';
  readonly order?: OrderAnswer;
  readonly failure?: CallFailure;
  readonly tookMs?: number;
  /** The store was asked to note what it takes. */
  readonly isTraced?: boolean;
}

const KEPT = 20;
const KEY = 'bazar.purchases';

export const purchases = signal<readonly PagePurchase[]>(remembered());

purchases.subscribe((all) => {
  const kept = all.filter(({ state }) => state === 'waiting' || state === 'unknown');
  sessionStorage.setItem(KEY, JSON.stringify(kept.map(({ orderId, lines }) => ({ orderId, lines }))));
});

/** Those that were in doubt when this tab was loaded anew. */
function remembered(): PagePurchase[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Pick<PagePurchase, 'orderId' | 'lines'>[];
    return kept.map(({ orderId, lines }) => ({ orderId, lines, state: 'unknown' }));
  } catch {
    return [];
  }
}

function set(orderId: string, changes: Partial<PagePurchase>): void {
  purchases.value = purchases.value.map((purchase) =>
    purchase.orderId === orderId ? { ...purchase, ...changes } : purchase,
  );
}

/** Buys all lines or none, at the prices that are shown. */
export function buyLines(lines: readonly OrderedLine[]): Promise<PagePurchase> {
  const purchase: PagePurchase = {
    orderId: `page-${randomName()}`,
    lines,
    state: 'waiting',
    isTraced: takeTrace(),
  };
  purchases.value = [purchase, ...purchases.value].slice(0, KEPT);
  return send(purchase);
}

/** The same order id again: gets the recorded answer, or makes the purchase if it was not there. */
export function askAgain(purchase: PagePurchase): Promise<PagePurchase> {
  const isTraced = takeTrace();
  set(purchase.orderId, { state: 'waiting', failure: undefined, ...(isTraced && { isTraced }) });
  return send({ ...purchase, isTraced });
}

async function send({ orderId, lines, isTraced }: PagePurchase): Promise<PagePurchase> {
  const began = browserClock.monotonic();
  const asked = lines.map(({ id, quantity, price }) => ({
    id,
    quantity,
    ...(price !== undefined && { price }),
  }));
  try {
    const trace = isTraced ? { trace: true } : {};
    const order = await call<OrderAnswer>('purchase', { orderId, lines: asked, explain: true, ...trace });
    set(orderId, { state: 'confirmed', order, tookMs: browserClock.monotonic() - began });
  } catch (thrown) {
    const failure = thrown as CallFailure;
    set(orderId, { state: failure.outcome, failure, tookMs: browserClock.monotonic() - began });
  }
  return purchases.value.find((purchase) => purchase.orderId === orderId)!;
}
