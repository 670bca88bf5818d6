import { setTimeout as pause } from 'node:timers/promises';
import { FIRST_BOOK } from '../subjects/books.ts';
import { type Outcome, openWebSocketConnection } from './connections.ts';

const CONNECTIONS = 16;
const WIDTH = 25;
const NOTES = 10;
/** Milliseconds before what was refused, or a lost connection, is tried again. */
const AGAIN_MS = 100;
/** Milliseconds without a confirmed purchase after which this is given up. */
const STALLED_MS = 60_000;

/** Buys until `count` purchases are confirmed, in turn over `books` books, as fast as the store takes them. */
export async function buyMany(
  url: string,
  count: number,
  books: number,
  note: (line: string) => void,
): Promise<void> {
  const socketUrl = `${url.replace('http', 'ws')}/ws`;
  let begun = 0;
  let confirmed = 0;
  let lastMs = performance.now();
  let lastOutcome: Outcome = 'nothing';

  function confirm(): void {
    confirmed += 1;
    lastMs = performance.now();
    if (confirmed % Math.ceil(count / NOTES) === 0) note(`${confirmed} orders`);
  }

  const isStalled = () => performance.now() - lastMs > STALLED_MS;

  /** Buys on one connection, until all is bought, the connection is lost, or nothing is confirmed any more. */
  async function buyOn(): Promise<void> {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const watch = setInterval(() => isStalled() && end(), AGAIN_MS);
    const connection = await openWebSocketConnection(socketUrl, WIDTH, (slot, outcome) => {
      lastOutcome = outcome;
      if (outcome === 'ok') confirm();
      if (outcome === 'lost') end();
      else if (outcome === 'ok') buy(slot);
      else setTimeout(buy, AGAIN_MS, slot);
    }).catch((error) => {
      clearInterval(watch);
      throw error;
    });
    const buy = (slot: number) => {
      if (confirmed < count) connection.send(slot, { kind: 'buy', id: FIRST_BOOK + (begun++ % books) });
      else end();
    };
    for (let slot = 0; slot < WIDTH; slot += 1) buy(slot);
    await ended;
    clearInterval(watch);
    connection.close();
  }

  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (confirmed < count) {
        await buyOn().catch(() => pause(AGAIN_MS));
        if (isStalled())
          throw new Error(
            `no purchase was confirmed for ${STALLED_MS / 1000} s; the last was answered ${lastOutcome}`,
          );
      }
    }),
  );
}
