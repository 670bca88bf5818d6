import { fastifyPostgres, moleculer } from '../peers/peers.ts';
import type { Figures } from '../result.ts';
import { draw } from '../subjects/books.ts';
import { type Jobs, load } from './load-case.ts';
import { caseOf, type Scenario } from './scenario.ts';
import { store } from './subjects.ts';

/** Response time against the number of clients, each of which asks again as soon as it has its answer. */
export const CLIENTS = [1, 2, 4, 8, 16, 32, 64];

/** The median with so many clients is the figure of this name. */
export function clientsFigure(clients: number): string {
  return `${clients} clients, ms`;
}

const byClients = (name: string, title: string, jobs: Jobs): Scenario => ({
  name,
  title: `${title}, HTTP: median response time by clients`,
  columns: CLIENTS.map(clientsFigure),
  cases: () =>
    [store, fastifyPostgres, moleculer].map((subject) =>
      caseOf(subject, async (running, { settings }) => {
        const figures: Figures = {};
        for (const connections of CLIENTS) {
          const door = { protocol: 'http', connections, inFlight: 1 } as const;
          const { p50Ms } = await load(running, door, jobs, settings.seconds / CLIENTS.length);
          figures[clientsFigure(connections)] = p50Ms!;
        }
        return figures;
      }),
    ),
});

export const clients = [
  byClients('clients-read', 'cached read', (random) => draw('read', random)),
  byClients('clients-purchase', 'purchase', (random) => draw('buy', random)),
];
