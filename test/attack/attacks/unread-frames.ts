import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks } from '../goods.ts';
import { memoryBounded, noneEnded, sellsAfterwards } from '../rules.ts';

const FRAMES = 80;
/** Together with the rest of the call a little less than 1 MiB. */
const EMPTY_PARAMETERS = 349_000;
/** Pages that fill the sockets between the two, so that what comes after has to wait its turn. */
const PAGES = 40;
const BOOKS = 1_000;
const FIRST_BOOK = 30_000;
/** Milliseconds in which the gateway takes all frames, stops taking them, or hangs up. */
const TAKING_LIMIT_MS = 8_000;

export const unreadFrames: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'unread-frames',
  harm: 'Calls that wait for a client who reads nothing keep their parsed parameters, and the gateway is out of memory.',
  needs: {},
  async prepare(store) {
    await addBooks(store, { firstId: FIRST_BOOK, count: BOOKS, topic: 'frames', titleLength: 450 });
  },
  async run(store, intensity) {
    const socket = new WebSocket(`${store.url.replace('http', 'ws')}/ws`);
    socket.on('error', () => {});
    await once(socket, 'open');
    let closed = 0;
    socket.on('close', () => {
      closed = 1;
    });
    socket.pause();
    const call = (method: string, params: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
    for (let page = 0; page < PAGES; page++)
      socket.send(call('books', `{"after":${FIRST_BOOK - 1},"limit":1000}`));
    await sleep(500);
    const frame = call('books', `[${Array(EMPTY_PARAMETERS).fill('{}').join(',')}]`);
    const frames = scaled(intensity, FRAMES, 40);
    for (let sent = 0; sent < frames && socket.readyState === WebSocket.OPEN; sent++) socket.send(frame);
    const until = performance.now() + TAKING_LIMIT_MS;
    while (socket.bufferedAmount > 0 && closed === 0 && performance.now() < until) await sleep(50);
    await sleep(intensity.seconds * 1000);
    const waiting = socket.bufferedAmount;
    socket.terminate();
    return { frames, 'frame bytes': frame.length, 'bytes not taken': waiting, closed };
  },
  verdict: (measured) => [...noneEnded(measured), ...memoryBounded(measured), ...sellsAfterwards(measured)],
};
