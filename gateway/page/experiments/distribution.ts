import type { BookAnswer } from '../../../runtime/api.ts';
import { type CallFailure, call } from '../store-socket.ts';
import type { Experiment } from './experiment.ts';
import type { Measured } from './measured.ts';
import { someBooks, type Trial } from './trial.ts';

const READS = 300;
const PURCHASES = 100;
const AT_ONCE = 8;
const SHOWN_EVERY = 20;

/** Of a book that there is not: it goes the whole way of a purchase, and is refused. */
const NOTHING = { id: Number.MAX_SAFE_INTEGER };

type Counts = Map<string, number>;

/** Figure 2: which replicas do the work. */
export const distribution: Experiment = {
  name: 'replicas',
  title: 'Distribution of requests over the replicas',
  does: `${READS} reads past the cache, and ${PURCHASES} purchases of a book that does not exist, ${AT_ONCE} at a time. They take the way of every purchase and are refused at its end: nothing is sold.`,
  drawing: 'bars',
  before: figure(new Map(), new Map()),

  async run(trial) {
    const books = await someBooks(trial);
    const reads: Counts = new Map();
    const purchases: Counts = new Map();
    const show = () => trial.show(figure(reads, purchases));
    await atOnce(trial, READS, show, async (turn) => {
      const asked = { id: books[turn % books.length]!, consistency: 'strong', explain: true };
      add(reads, (await trial.ask<BookAnswer>('info', asked)).result.via);
    });
    await atOnce(trial, PURCHASES, show, async () => add(purchases, await wayOfPurchase(trial)));
    return {
      measured: figure(reads, purchases),
      notes: [
        'Every purchase passes one order replica, in turns, and the catalog that leads: it alone puts purchases into an order.',
      ],
    };
  },

  says({ places, series: [reads, purchases] }) {
    if (places.length === 0) return 'Nothing is counted yet.';
    const list = (of: typeof reads) =>
      places.flatMap((place, at) => (of?.values[at] ? [`${place} ${of.values[at].value}`] : [])).join(', ');
    return `Reads: ${list(reads) || 'none'}. Purchases: ${list(purchases) || 'none'}.`;
  },
};

/** The order replica and the catalog that a refused purchase has passed. */
async function wayOfPurchase(trial: Trial): Promise<readonly string[] | undefined> {
  const refused = (method: string, params: object) =>
    call(method, params).then(
      () => undefined,
      (failure: CallFailure) => {
        if (failure.outcome !== 'refused') throw failure;
        return failure.data.via;
      },
    );
  const { result } = await trial.ask<string[] | undefined>(
    'purchase',
    { ...NOTHING, explain: true },
    refused as typeof call,
  );
  return result;
}

function add(counts: Counts, servers: readonly string[] = []): void {
  for (const server of servers) counts.set(server, (counts.get(server) ?? 0) + 1);
}

/** Does `one` so many times, a few at a time. */
async function atOnce(
  trial: Trial,
  times: number,
  show: () => void,
  one: (turn: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  async function loop(): Promise<void> {
    while (next < times && !trial.isOver) {
      const turn = next++;
      await one(turn);
      if (turn % SHOWN_EVERY === 0) show();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
}

function figure(reads: Counts, purchases: Counts): Measured {
  const places = [...new Set([...reads.keys(), ...purchases.keys()])].sort();
  const values = (counts: Counts) =>
    places.map((place) => {
      const value = counts.get(place);
      return value === undefined ? null : { value };
    });
  return {
    unit: 'requests',
    places,
    series: [
      { name: 'reads past the cache', values: values(reads) },
      { name: 'purchases', values: values(purchases) },
    ],
  };
}
