import type { Mutant } from './mutant.ts';
import { libraryUnder } from './plans.ts';

/** Bugs of the client library, which runs in other people's programs and speaks for the store there. */
export const LIBRARY_MUTANTS: readonly Mutant[] = [
  {
    name: 'expired-call-did-not-happen',
    harm: 'A purchase without an answer is told to have had no effect, and is made again under another order id.',
    swaps: [
      {
        file: 'client/calls.ts',
        find: `
          if (call.state === 'sent') {
            inFlight -= 1;
            call.inDoubt = true;
          }`,
        put: `
          if (call.state === 'sent') {
            inFlight -= 1;
          }`,
      },
    ],
    seeds: 10,
    change: libraryUnder(['cut off the leader', 'hang all disks']),
  },
  {
    name: 'subscriptions-not-renewed',
    harm: 'After a reconnection a watcher hears of nothing any more, and shows what has long been sold.',
    swaps: [
      {
        file: 'client/subscriptions.ts',
        find: 'subscribe(filter).then((books) => books.forEach(deliver), renewalFailed);',
        put: '',
      },
    ],
    seeds: 5,
    change: libraryUnder(),
  },
  {
    name: 'watchers-shown-older-states',
    harm: 'A watcher sees a book come back that was sold out.',
    swaps: [
      {
        file: 'client/subscriptions.ts',
        find: 'if (known && known.version >= state.version) return;',
        put: '',
      },
    ],
    seeds: 5,
    change: libraryUnder(),
  },
];
