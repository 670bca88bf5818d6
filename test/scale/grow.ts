import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { LauncherCluster } from '../support/cluster.ts';
import { assertEqualCatalogs } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';
import { residentBytes } from '../support/processes.ts';

/**
 * Fills a real store with many books and orders, and then takes its catalogs away and lets them come back: one that
 * was killed, one whose disk was wiped, and all of them at once. In the end all have the same digest.
 */
export interface Growth {
  readonly books: number;
  readonly orders: number;
  /** Milliseconds that one step may take. */
  readonly patienceMs: number;
  /** Told after each step. */
  readonly report: (line: string) => void;
}

const BOOKS_PER_REQUEST = 1_000;
/** Requests under way at once. */
const DELIVERIES = 8;
const PURCHASES = 200;
const STOCK = 1_000_000;
/** Milliseconds for one call of the client, all its tries together. */
const CALL_MS = 120_000;

export async function grow(cluster: LauncherCluster, growth: Growth): Promise<void> {
  const { books, orders, patienceMs } = growth;
  const client = connect({ url: cluster.url, token: cluster.adminToken });
  try {
    const first = (await cluster.status()).version;
    await step(`${books} books go in`, () =>
      inParallel(Math.ceil(books / BOOKS_PER_REQUEST), DELIVERIES, shelve),
    );
    await step(`${orders} orders go in`, () => inParallel(orders, PURCHASES, buy));
    await step('every catalog applies them', () =>
      everywhere(first + Math.ceil(books / BOOKS_PER_REQUEST) + orders),
    );
    const follower = async () => (await followers()).at(0)!;
    await step('a killed catalog is back', async () => {
      const id = await follower();
      await cluster.kill(id);
      await back([id]);
    });
    await step('a wiped catalog is back', async () => {
      const id = await follower();
      await cluster.wipe(id);
      await back([id]);
    });
    await step('all catalogs were killed at once, and a purchase works', async () => {
      const all = (await catalogs()).map(({ id }) => id);
      await Promise.all(all.map((id) => cluster.kill(id)));
      await buy(orders);
      await back(all);
    });
    await step('all digests are equal', () => assertEqualCatalogs(cluster));
    assert.is((await client.order(orderId(0), { timeoutMs: CALL_MS })).status, 'confirmed');
    assert.is((await client.order(orderId(orders), { timeoutMs: CALL_MS })).status, 'confirmed');
    const { books: last } = await client.books({ after: books - 1, limit: 1 }, { timeoutMs: CALL_MS });
    assert.ok(last.length === 1, `book ${books} is there`);
  } finally {
    client.close();
  }

  async function step(what: string, work: () => Promise<unknown>): Promise<void> {
    const began = systemClock.monotonic();
    await work();
    const seconds = (systemClock.monotonic() - began) / 1000;
    const nodes = await catalogs();
    const sizes = await Promise.all(
      nodes.map(async ({ pid }) => (pid === undefined ? 0 : residentBytes(pid))),
    );
    const memory = sizes.map((bytes) => Math.round(bytes / 1024 / 1024)).join(', ');
    const term = nodes.reduce((highest, node) => Math.max(highest, node.term ?? 0), 0);
    growth.report(`${what}: ${seconds.toFixed(1)} s; term ${term}; catalogs at ${memory} MB`);
  }

  function shelve(delivery: number): Promise<unknown> {
    const count = Math.min(BOOKS_PER_REQUEST, books - delivery * BOOKS_PER_REQUEST);
    const batch = Array.from({ length: count }, (_, at) => ({
      title: `Book ${at} of delivery ${delivery}`,
      topic: `topic ${delivery % 100}`,
      price: '9.99',
      stock: STOCK,
    }));
    return asLongAsItTakes((options) => client.addBooks(batch, { ...options, key: `delivery-${delivery}` }));
  }

  function buy(number: number): Promise<unknown> {
    const id = 1 + ((number * 7_919) % books);
    return asLongAsItTakes((options) =>
      client.purchase({ id, quantity: 1, orderId: orderId(number) }, options),
    );
  }

  async function catalogs() {
    return (await cluster.status()).nodes.filter(({ kind }) => kind === 'catalog');
  }

  async function followers(): Promise<string[]> {
    return eventually('a leader', async () => {
      const { leader } = await cluster.status();
      return leader !== null && (await catalogs()).filter(({ id }) => id !== leader).map(({ id }) => id);
    });
  }

  function everywhere(version: number): Promise<unknown> {
    const reached = async () => (await catalogs()).every(({ applied = 0 }) => applied >= version);
    return eventually(`version ${version} everywhere`, reached, patienceMs);
  }

  /** These are ready, and have applied what the others have now. */
  async function back(ids: readonly string[]): Promise<void> {
    const { version } = await cluster.status();
    const isBack = async () =>
      (await catalogs())
        .filter(({ id }) => ids.includes(id))
        .every(({ state, applied = 0 }) => state === 'ready' && applied >= version);
    await eventually(`${ids.join(', ')} back`, isBack, patienceMs);
  }
}

function orderId(number: number): string {
  return `order-${number}`;
}

/** Asks again under the same key while it is not known whether it happened, or surely did not. */
async function asLongAsItTakes(call: (options: { timeoutMs: number }) => Promise<unknown>): Promise<void> {
  await eventually('an answer', async () => (await call({ timeoutMs: CALL_MS })) && true, 2 * CALL_MS);
}

async function inParallel(
  count: number,
  width: number,
  run: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await run(next++);
    }),
  );
}
