import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeId } from '../../../runtime/links/mesh.ts';
import { parseNodeId } from '../../../runtime/links/topology.ts';
import type { NodeStatus } from '../../../runtime/node-status.ts';
import type { Cut, Station } from '../../chaos/network.ts';
import { type PrivateStore, startPrivateStore } from '../../chaos/private-store.ts';
import { eventually } from '../../support/eventually.ts';
import { ask } from '../ask.ts';
import type { LoneAttack } from '../attack.ts';
import { expects } from '../rules.ts';

const SIZE = { catalogs: 3, orders: 2, redis: false, links: 'unix' } as const;
/** A book with copies enough. */
const BOOK = 11;
/** Milliseconds for the others to elect a leader, should the catalog that is cut off have been it. */
const ELECTION_MS = 1_500;
/** Milliseconds after which a commit that is not shown is taken for silenced. */
const PATIENCE_MS = 4_000;

/**
 * Each catalog in turn is cut off from the other catalogs only; one of them is the one that the gateway follows.
 * Then the gateway sends a purchase on and hears nothing of what came of it, so that only the feed can tell it.
 */
export const cutOffCatalog: LoneAttack = {
  kind: 'alone',
  section: 'loss',
  name: 'cut-off-catalog',
  harm: 'A followed catalog that is cut off from the others silences the gateway, which shows old stock for ever.',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'bazar-attack-'));
    const store = await startPrivateStore({ ...SIZE, folder, calledOff: new Promise<never>(() => {}) });
    try {
      const figures: Record<string, number> = { silenced: 0 };
      for (let number = 1; number <= SIZE.catalogs; number++) {
        const ms = await cutOff(store, `catalog-${number}`);
        figures[`catalog-${number} ms`] = ms;
        if (ms >= PATIENCE_MS) figures.silenced! += 1;
      }
      return figures;
    } finally {
      await store.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  verdict: (measured) => expects(measured, 'silenced', 0),
};

const isCatalog = (station: Station) => parseNodeId(station)?.kind === 'catalog';
const isOrder = (station: Station) => parseNodeId(station)?.kind === 'order';

/** Milliseconds from a commit that the gateway was not told of to the default read that shows it. */
async function cutOff({ directUrl: url, network }: PrivateStore, catalog: NodeId): Promise<number> {
  const stock = async () => {
    const { status, text } = await ask(`${url}/info/${BOOK}`, { timeoutMs: 5_000 });
    return status === 200 ? (JSON.parse(text) as { stock: number }).stock : undefined;
  };
  /** The highest index that a catalog of the others has applied: a strong read would tell the gateway too much. */
  const applied = async () => {
    const { nodes } = JSON.parse((await ask(`${url}/status`)).text) as { nodes: readonly NodeStatus[] };
    return Math.max(...nodes.filter(({ id }) => id !== catalog).map((node) => node.applied ?? 0));
  };
  const fromCatalogs: Cut = (sender, receiver) =>
    isCatalog(sender) && isCatalog(receiver) && (sender === catalog || receiver === catalog);
  const answersOfOrders: Cut = (sender, receiver) => isOrder(sender) && receiver === 'gateway-1';

  const cuts = [network.cut(fromCatalogs)];
  try {
    await sleep(ELECTION_MS);
    const before = await eventually('a default read', stock);
    const indexBefore = await applied();
    cuts.push(network.cut(answersOfOrders));
    void ask(`${url}/purchase/${BOOK}`, { method: 'POST', body: { quantity: 1 }, timeoutMs: 5_000 });
    await eventually('the purchase is committed', async () => (await applied()) > indexBefore);
    const began = performance.now();
    while (performance.now() - began < PATIENCE_MS && (await stock()) === before) await sleep(20);
    return performance.now() - began;
  } finally {
    for (const heal of cuts) heal();
    await eventually('purchases after it', async () => {
      const body = { id: BOOK, quantity: 1 };
      return (await ask(`${url}/purchase`, { method: 'POST', body })).status === 201;
    });
  }
}
