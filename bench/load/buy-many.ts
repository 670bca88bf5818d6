import { FIRST_BOOK } from '../subjects/books.ts';
import { type BenchConnection, openWebSocketConnection } from './connections.ts';

const CONNECTIONS = 16;
const WIDTH = 50;
const NOTES = 10;

/** Buys until `count` purchases are confirmed, in turn over `books` books, as fast as the store takes them. */
export async function buyMany(
  url: string,
  count: number,
  books: number,
  note: (line: string) => void,
): Promise<void> {
  const connections: BenchConnection[] = [];
  let begun = 0;
  let confirmed = 0;
  let failed = 0;
  await new Promise<void>((resolve, reject) => {
    const open = async () => {
      const connection = await openWebSocketConnection(
        `${url.replace('http', 'ws')}/ws`,
        WIDTH,
        (slot, outcome) => {
          if (outcome === 'ok') confirmed += 1;
          else failed += 1;
          if (outcome === 'lost' || failed > count)
            return reject(new Error(`a purchase was answered ${outcome}`));
          if (outcome === 'ok' && confirmed % Math.ceil(count / NOTES) === 0) note(`${confirmed} orders`);
          if (confirmed >= count) resolve();
          else if (begun < count + failed) buy(slot);
        },
      );
      connections.push(connection);
      const buy = (slot: number) =>
        connection.send(slot, { kind: 'buy', id: FIRST_BOOK + (begun++ % books) });
      for (let slot = 0; slot < WIDTH && begun < count; slot += 1) buy(slot);
    };
    Promise.all(Array.from({ length: CONNECTIONS }, open)).catch(reject);
  }).finally(() => {
    for (const connection of connections) connection.close();
  });
}
