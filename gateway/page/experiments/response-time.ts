import type { BookAnswer } from '../../../runtime/api.ts';
import { formatMs } from '../format.ts';
import type { Experiment } from './experiment.ts';
import { type Measured, spreadOf } from './measured.ts';
import { someBooks } from './trial.ts';

const READS = 300;
const SHOWN_EVERY = 20;

/** What the report of the course's project that this store began as measured, in ms. */
const ORIGINAL = { without: 29, with: 20 };

/** Figure 1: what a cache is good for. */
export const responseTime: Experiment = {
  name: 'cache',
  title: 'Response time with and without a cache',
  does: `Up to 50 books are read once. Then come, in turns, ${READS} reads that a cache may answer and ${READS} that go past it to a catalog (consistency: strong).`,
  drawing: 'points',
  before: figure([], []),

  async run(trial) {
    const books = await someBooks(trial);
    const servers = new Map<string, number>();
    for (const id of books) {
      await trial.ask('info', { id });
      const { result } = await trial.ask<BookAnswer>('info', { id, explain: true });
      const [server = '–'] = result.via ?? [];
      servers.set(server, (servers.get(server) ?? 0) + 1);
    }
    const cached: number[] = [];
    const past: number[] = [];
    for (let turn = 0; turn < READS && !trial.isOver; turn++) {
      const id = books[turn % books.length]!;
      cached.push((await trial.ask('info', { id })).tookMs);
      past.push((await trial.ask('info', { id, consistency: 'strong' })).tookMs);
      if (turn % SHOWN_EVERY === 0) trial.show(figure(cached, past));
    }
    const who = [...servers].map(([server, times]) => `${server} ${times}`).join(', ');
    return {
      measured: figure(cached, past),
      notes: [
        `Who answered the second read of each of ${books.length} books: ${who}. The gateway is where the caches are.`,
        'The report measured on another machine; the browser’s own work is in ours (about 0.2 ms).',
      ],
    };
  },

  says({ series: [without, within] }) {
    const [past, cached] = [without?.values[1], within?.values[1]];
    if (!past || !cached)
      return `The report measured ${ORIGINAL.without} ms without and ${ORIGINAL.with} ms with a cache.`;
    return `Half of the reads took ${formatMs(past.value)} or less without and ${formatMs(cached.value)} with a cache; in the report ${ORIGINAL.without} and ${ORIGINAL.with} ms.`;
  },
};

function figure(cached: readonly number[], past: readonly number[]): Measured {
  return {
    unit: 'ms',
    places: ['the original report', 'this store, now'],
    series: [
      { name: 'without cache', values: [{ value: ORIGINAL.without }, spreadOf(past)] },
      { name: 'with cache', values: [{ value: ORIGINAL.with }, spreadOf(cached)] },
    ],
  };
}
