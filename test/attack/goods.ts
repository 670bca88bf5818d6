import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LauncherCluster } from '../support/cluster.ts';
import { type Asked, ask } from './ask.ts';

/** What attacks put into a store before they begin. */

/** The book that the steady buyer buys, and no attack. */
export const BOUGHT_BOOK = 7;
const COPIES = 1_000_000_000;
const BATCH = 500;
/** Orders asked for at once. */
const AT_ONCE = 16;
const MOST_TRIES = 100;
/** Milliseconds between two tries. */
const RETRY_MS = 100;

export interface Goods {
  readonly firstId: number;
  readonly count: number;
  readonly topic: string;
  /** Characters of each title. */
  readonly titleLength: number;
}

/** Adds books that never sell out, by requests that each fit a body. */
export async function addBooks(
  store: LauncherCluster,
  { firstId, count, topic, titleLength }: Goods,
): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    const body = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => ({
      id: firstId + done + index,
      title: `${firstId + done + index} `.padEnd(titleLength, 'x'),
      topic,
      price: '1.00',
      stock: COPIES,
    }));
    await untilDone(`${store.url}/books`, { method: 'POST', body, headers: asAdmin(store) });
  }
}

export interface Carts {
  /** Order ids are this and a number. */
  readonly prefix: string;
  readonly count: number;
  readonly firstId: number;
  /** Books in each order, from `firstId` on. */
  readonly lines: number;
}

export async function placeOrders(
  store: LauncherCluster,
  { prefix, count, firstId, lines }: Carts,
): Promise<void> {
  const body = { lines: Array.from({ length: lines }, (_, index) => ({ id: firstId + index, quantity: 1 })) };
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let next = 0;
  const place = async () => {
    while (next < count) {
      const headers = { 'idempotency-key': `${prefix}${String(next++).padStart(6, '0')}` };
      await untilDone(`${store.url}/purchase`, { method: 'POST', body, headers, agent });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, place)).finally(() => agent.destroy());
}

/** Asks again while the store is busy: books have ids and orders have keys, so that nothing is done twice. */
async function untilDone(url: string, asked: Asked): Promise<void> {
  let said = '';
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { status, text } = await ask(url, asked);
    if (status === 200 || status === 201) return;
    said = `${status} ${text.slice(0, 200)}`;
    await sleep(RETRY_MS);
  }
  throw new Error(`${url}: ${said}`);
}

/** The header that admins and, where it matters, readers of lists send. */
export function asAdmin(store: LauncherCluster): { authorization: string } {
  return { authorization: `Bearer ${store.adminToken}` };
}
