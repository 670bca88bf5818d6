import { ask, tally } from '../ask.ts';
import { type StoreAttack, scaled } from '../attack.ts';
import { asAdmin } from '../goods.ts';
import { memoryBounded, noneEnded, sellsAfterwards } from '../rules.ts';

const REQUESTS = 300;
const BOOKS = 1_000;
/** Milliseconds that one request may take. */
const PATIENCE_MS = 30_000;

export const poisonLog: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'poison-log',
  harm: 'One batch of far more operations than usual ends every catalog, and again at each restart.',
  needs: {},
  async run(store, intensity) {
    const book = { title: 'a', topic: 'b', price: '1.00', stock: 1 };
    const asked = {
      method: 'POST',
      body: Array(BOOKS).fill(book),
      headers: asAdmin(store),
      heedless: true,
      timeoutMs: PATIENCE_MS,
    };
    const count = scaled(intensity, REQUESTS);
    return tally(await Promise.all(Array.from({ length: count }, () => ask(`${store.url}/books`, asked))));
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...memoryBounded(measured),
    ...sellsAfterwards(measured),
    ...(measured.seen['status 201'] ? [] : ['no books were put in']),
  ],
};
