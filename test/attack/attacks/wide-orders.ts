import { Agent } from 'node:http';
import { ask, tally } from '../ask.ts';
import { type Intensity, type StoreAttack, scaled } from '../attack.ts';
import { addBooks, asAdmin, placeOrders } from '../goods.ts';
import { expects, leadsAgain, memoryBounded, noneEnded, sellsAfterwards, staysInTerm } from '../rules.ts';

const ORDERS = 1_000;
/** Fewer would be less than a frame between processes. */
const LEAST_ORDERS = 200;
const LINES = 100;
const TITLE_LENGTH = 500;
const FIRST_BOOK = 2_000;
const AT_ONCE = 20;

interface Page {
  readonly orders: readonly { readonly orderId: string }[];
  readonly next: string | null;
}

export const wideOrders: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'wide-orders',
  harm: 'A page of orders with 100 long titles each is larger than a frame, and is never answered.',
  needs: {},
  async prepare(store, intensity) {
    await addBooks(store, { firstId: FIRST_BOOK, count: LINES, topic: 'wide', titleLength: TITLE_LENGTH });
    await placeOrders(store, {
      prefix: 'wide-',
      count: ordersAt(intensity),
      firstId: FIRST_BOOK,
      lines: LINES,
    });
  },
  async run(store, intensity) {
    const headers = asAdmin(store);
    const page = (after: string) => ask(`${store.url}/orders?after=${after}&limit=1000`, { headers });
    const first = await page('wide-');
    let listed = 0;
    let pages = 0;
    for (let after: string | null = 'wide-'; after !== null && pages < ORDERS; pages++) {
      const { status, text } = await page(after);
      if (status !== 200) break;
      const { orders, next } = JSON.parse(text) as Page;
      listed += orders.filter(({ orderId }) => orderId.startsWith('wide-')).length;
      after = orders.every(({ orderId }) => orderId.startsWith('wide-')) ? next : null;
    }
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const asked = { headers, heedless: true, agent };
    const together = await Promise.all(
      Array.from({ length: AT_ONCE }, () => ask(`${store.url}/orders?after=wide-&limit=1000`, asked)),
    );
    agent.destroy();
    return {
      'first page': first.status,
      'not listed': ordersAt(intensity) - listed,
      pages,
      ...tally(together),
    };
  },
  verdict: (measured) => [
    ...expects(measured, 'first page', 200),
    ...expects(measured, 'not listed', 0),
    ...noneEnded(measured),
    ...leadsAgain(measured),
    ...memoryBounded(measured),
    ...sellsAfterwards(measured),
  ],
  pace: staysInTerm,
};

const ordersAt = (intensity: Intensity) => scaled(intensity, ORDERS, LEAST_ORDERS);
