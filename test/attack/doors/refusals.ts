import { Agent } from 'node:http';
import { DEFAULT_LIMITS } from '../../../runtime/limits.ts';
import { ask } from '../ask.ts';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks, asAdmin } from '../goods.ts';
import { atMost, noneEnded } from '../rules.ts';

const REFUSALS = 5_000;
const AT_ONCE = 32;
const BOOK = 40_000;
const TOO_MANY = 1_000_000;

interface Page {
  readonly orders: readonly { readonly status: string }[];
  readonly next: string | null;
}

export const refusals: StoreAttack = {
  kind: 'store',
  section: 'door',
  name: 'refusals',
  harm: 'Orders that are refused fill the disks of all catalogs for good, as fast as one client can ask.',
  needs: {},
  async prepare(store) {
    await addBooks(store, { firstId: BOOK, count: 1, topic: 'scarce', titleLength: 20 });
    await store.request('PATCH', `/books/${BOOK}`, { admin: true, body: { stock: 0 } });
  },
  async run(store, intensity) {
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const body = { id: BOOK, quantity: TOO_MANY };
    let left = scaled(intensity, REFUSALS);
    let refused = 0;
    /** Those that may have been proposed twice, since the first proposal was silent: their refusals are recorded. */
    let slow = 0;
    const client = async () => {
      while (left-- > 0) {
        const began = performance.now();
        const { status } = await ask(`${store.url}/purchase`, {
          method: 'POST',
          body,
          agent,
          heedless: true,
        });
        if (status === 409) refused++;
        if (status !== 409 || performance.now() - began >= DEFAULT_LIMITS.proposalTimeoutMs) slow++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    let recorded = 0;
    for (let after: string | null = ''; after !== null; ) {
      const where: string = after === '' ? '' : `&after=${after}`;
      const { text } = await ask(`${store.url}/orders?limit=1000${where}`, {
        headers: asAdmin(store),
        agent,
      });
      const page = JSON.parse(text) as Page;
      recorded += page.orders.filter(({ status }) => status === 'refused').length;
      after = page.next;
    }
    agent.destroy();
    return { refused, slow, recorded };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...atMost(measured, 'recorded', measured.seen.slow ?? 0),
    ...(measured.seen.refused ? [] : ['nothing was refused, so nothing was tried']),
  ],
};
