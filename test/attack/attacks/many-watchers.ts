import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks } from '../goods.ts';
import { memoryBounded, noneEnded, noOutage, sellsAfterwards } from '../rules.ts';

const CONNECTIONS = 150;
const BOOKS = 10_000;
const FIRST_BOOK = 50_000;
const AT_ONCE = 4;
/** Milliseconds that one subscription may take. */
const PATIENCE_MS = 10_000;

export const manyWatchers: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'many-watchers',
  harm: 'Connections that each watch as many books as they may cost the gateway gigabytes in all.',
  needs: {},
  async prepare(store) {
    await addBooks(store, { firstId: FIRST_BOOK, count: BOOKS, topic: 'watched', titleLength: 20 });
  },
  async run(store, intensity) {
    const url = `${store.url.replace('http', 'ws')}/ws`;
    const ids = Array.from({ length: BOOKS }, (_, index) => FIRST_BOOK + index);
    const subscribe = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { ids } });
    const sockets: WebSocket[] = [];
    let watching = 0;
    let refused = 0;
    let left = scaled(intensity, CONNECTIONS);
    const watchers = async () => {
      while (left-- > 0) {
        const socket = new WebSocket(url);
        socket.on('error', () => {});
        sockets.push(socket);
        const answer = await answerOf(socket, subscribe);
        if (answer.includes('"result"')) watching++;
        else refused++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, watchers));
    for (const socket of sockets) socket.terminate();
    return { watching, refused };
  },
  verdict: (measured) => [...noneEnded(measured), ...memoryBounded(measured), ...sellsAfterwards(measured)],
  pace: (measured) => [...noOutage(measured, 2_000)],
};

/** The text of the first answer, or nothing if the connection is refused, lost or silent. */
async function answerOf(socket: WebSocket, call: string): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('')));
  const answered = once(socket, 'open', { signal })
    .then(() => {
      socket.send(call);
      return once(socket, 'message', { signal });
    })
    .then(
      ([data]) => String(data),
      () => '',
    );
  return Promise.race([answered, closed]);
}
