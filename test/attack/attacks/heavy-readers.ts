import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type Reply, tally } from '../ask.ts';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks, asAdmin, placeOrders } from '../goods.ts';
import { keepsSelling, leadsAgain, memoryBounded, noneEnded, noOutage, staysInTerm } from '../rules.ts';

const CLIENTS = 50;
const BOOKS = 10_000;
const ORDERS = 1_000;
const LINES = 20;
const FIRST_BOOK = 10_000;
const PATHS = [
  '/orders?after=read-&limit=1000',
  '/info?limit=1000',
  '/audit',
  '/search/readers?consistency=strong',
  '/info?limit=1000&consistency=strong',
];
/** Milliseconds that a client which was refused waits; without any it is a plain flood, and another attack. */
const PAUSE_MS = 20;

export const heavyReaders: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'heavy-readers',
  harm: 'Clients that ask for nothing but the largest answers starve purchases and cost the leader its role.',
  needs: {},
  async prepare(store, intensity) {
    const count = scaled(intensity, BOOKS, 2_000);
    await addBooks(store, { firstId: FIRST_BOOK, count, topic: 'readers', titleLength: 60 });
    await placeOrders(store, {
      prefix: 'read-',
      count: scaled(intensity, ORDERS, 100),
      firstId: FIRST_BOOK,
      lines: LINES,
    });
  },
  async run(store, { seconds }) {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const until = performance.now() + seconds * 1000;
    const replies: Reply[] = [];
    const asked = { headers: asAdmin(store), heedless: true, agent };
    const client = async (first: number) => {
      for (let turn = first; performance.now() < until; turn++) {
        const reply = await ask(`${store.url}${PATHS[turn % PATHS.length]}`, asked);
        replies.push(reply);
        if (reply.status !== 200) await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
    agent.destroy();
    return tally(replies);
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...leadsAgain(measured),
    ...memoryBounded(measured),
    ...(measured.seen['status 200'] ? [] : ['no reader was served']),
  ],
  pace: (measured) => [
    ...staysInTerm(measured),
    ...keepsSelling(measured, 0.7),
    ...noOutage(measured, 1_000),
  ],
};
