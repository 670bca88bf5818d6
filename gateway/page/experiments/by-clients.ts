import { browserClock } from '../browser-clock.ts';
import { formatMs } from '../format.ts';
import type { Experiment } from './experiment.ts';
import { type Measured, spreadOf, type Value } from './measured.ts';
import { type OwnSocket, openOwnSocket } from './own-socket.ts';
import { LONGEST_MS, someBooks, type Trial } from './trial.ts';

const CLIENTS = [1, 2, 4, 8, 16, 32, 64];
const REQUESTS = 128;
/** Each of the steps has its part of the time, so that a slow one leaves some to the others. */
const STEP_MS = (0.9 * LONGEST_MS) / (2 * CLIENTS.length);

const KINDS = [
  { name: 'from the cache', consistency: 'default' },
  { name: 'past the cache', consistency: 'strong' },
] as const;

type Steps = readonly (readonly (Value | null)[])[];

/** Figure 4: how the time grows with those who ask. */
export const byClients: Experiment = {
  name: 'clients',
  title: 'Response time against the number of clients',
  does: `1 to ${CLIENTS.at(-1)} clients, each a WebSocket of its own, ask again as soon as they are answered: ${REQUESTS} reads with so many clients from the cache, and as many past it.`,
  drawing: 'line',
  before: figure([[], []]),

  async run(trial) {
    const books = await someBooks(trial);
    const sockets: OwnSocket[] = [];
    const steps: (Value | null)[][] = [[], []];
    try {
      for (const clients of CLIENTS) {
        // One after the other: a browser makes those wait that are opened together.
        while (sockets.length < clients && !trial.isOver) sockets.push(await openOwnSocket());
        for (const [at, { consistency }] of KINDS.entries()) {
          const times = trial.isOver ? [] : await readings(trial, sockets, books, consistency);
          steps[at]!.push(spreadOf(times));
          trial.show(figure(steps));
        }
      }
    } finally {
      for (const socket of sockets) socket.close();
    }
    return {
      measured: figure(steps),
      notes: [
        'All clients share this browser’s one thread: npm run load and npm run bench measure without it.',
      ],
    };
  },

  says({ series: [cached] }) {
    const [one, many] = [cached?.values[0], cached?.values.at(-1)];
    if (!one) return 'Nothing is measured yet.';
    const with64 = many ? `, of ${CLIENTS.at(-1)} ${formatMs(many.value)}` : '';
    return `Half of the cached reads of one client took ${formatMs(one.value)} or less${with64}.`;
  },
};

/** What the reads of one step took. */
async function readings(
  trial: Trial,
  sockets: readonly OwnSocket[],
  books: readonly number[],
  consistency: string,
): Promise<number[]> {
  const endsAt = browserClock.monotonic() + STEP_MS;
  const times: number[] = [];
  let next = 0;
  async function client({ call }: OwnSocket): Promise<void> {
    while (next < REQUESTS && !trial.isOver && browserClock.monotonic() < endsAt) {
      const id = books[next++ % books.length]!;
      const params = consistency === 'strong' ? { id, consistency } : { id };
      times.push((await trial.ask('info', params, call)).tookMs);
    }
  }
  await Promise.all(sockets.map(client));
  return times;
}

function figure(steps: Steps): Measured {
  return {
    unit: 'ms',
    places: CLIENTS.map((clients) => (clients === 1 ? '1 client' : `${clients} clients`)),
    series: KINDS.map(({ name }, at) => ({
      name,
      values: CLIENTS.map((_, step) => steps[at]![step] ?? null),
    })),
  };
}
