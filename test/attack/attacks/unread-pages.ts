import { setTimeout as sleep } from 'node:timers/promises';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks, asAdmin, placeOrders } from '../goods.ts';
import {
  keepsSelling,
  leadsAgain,
  memoryBounded,
  noneEnded,
  noOutage,
  sellsAfterwards,
  staysInTerm,
} from '../rules.ts';
import { destroyAll, openSockets } from '../sockets.ts';

const CONNECTIONS = 30;
const PIPELINED = 20;
const ORDERS = 1_000;
const LINES = 20;
const FIRST_BOOK = 1_000;

export const unreadPages: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'unread-pages',
  harm: 'Pages that nobody reads are made again and again, until every catalog is out of memory.',
  needs: {},
  async prepare(store, intensity) {
    await addBooks(store, { firstId: FIRST_BOOK, count: LINES, topic: 'pages', titleLength: 100 });
    await placeOrders(store, {
      prefix: 'big-',
      count: scaled(intensity, ORDERS, 100),
      firstId: FIRST_BOOK,
      lines: LINES,
    });
  },
  async run(store, intensity) {
    const sockets = await openSockets(store.url, scaled(intensity, CONNECTIONS));
    const request = [
      'GET /orders?after=bif&limit=800 HTTP/1.1',
      `host: ${new URL(store.url).host}`,
      `authorization: ${asAdmin(store).authorization}`,
      '\r\n',
    ].join('\r\n');
    for (const socket of sockets) {
      socket.pause();
      socket.write(request.repeat(PIPELINED));
    }
    await sleep(intensity.seconds * 1000);
    destroyAll(sockets);
    return { connections: sockets.length, 'bytes sent': sockets.length * PIPELINED * request.length };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...leadsAgain(measured),
    ...memoryBounded(measured),
    ...sellsAfterwards(measured),
  ],
  pace: (measured) => [
    ...staysInTerm(measured),
    ...keepsSelling(measured, 0.5),
    ...noOutage(measured, 1_000),
  ],
};
