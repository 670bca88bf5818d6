import type { Mutant } from './mutant.ts';
import { followedUnder } from './plans.ts';

/** Bugs in the events of orders and books, for those who follow them. */
export const EVENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'events-resumed-at-the-present',
    harm: 'After a reconnection a follower goes on with what comes next, and never hears of what happened meanwhile.',
    swaps: [
      {
        file: 'client/events.ts',
        find: 'const { name, stream } = open({ since: place, ...(types && { types: [...types] }), ...filter });',
        put: 'const { name, stream } = open({ ...(place === since && { since }), ...(types && { types: [...types] }), ...filter });',
      },
    ],
    seeds: 5,
    change: followedUnder(),
  },
  {
    name: 'event-told-again-on-the-next-page',
    harm: 'A follower who comes back with the last event that it had is told that event again.',
    swaps: [
      {
        file: 'actors/catalog/version-stretches.ts',
        find: 'if (text <= told) continue;',
        put: 'if (text < told) continue;',
      },
    ],
    seeds: 5,
    change: followedUnder(),
  },
];
