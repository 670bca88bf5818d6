import type { Mutant } from './mutant.ts';
import { cancellationsUnder } from './plans.ts';

/** Bugs in what is taken back after the sale, and in what customers may have. */
export const CANCELLATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'cancelled-twice',
    harm: 'An order forgets what of it was cancelled, so that copies come back that nobody has brought, and money is given twice.',
    swaps: [
      {
        file: 'actors/catalog/cancel-order.ts',
        find: 'const left = ({ quantity, cancelled = 0 }: OrderLine) => quantity - cancelled;',
        put: 'const left = ({ quantity }: OrderLine) => quantity;',
      },
    ],
    seeds: 5,
    change: cancellationsUnder(['reset a link', 'kill the leader']),
  },
  {
    name: 'cancelled-copies-not-returned',
    harm: 'What is cancelled is not for sale again.',
    swaps: [
      {
        file: 'actors/catalog/cancel-order.ts',
        find: 'const books = restocked ? returnedBooks(view, lines, version) : [];',
        put: 'const books = restocked ? returnedBooks(view, [], version) : [];',
      },
    ],
    seeds: 5,
    change: cancellationsUnder(['reset a link']),
  },
  {
    name: 'customer-count-lost',
    harm: 'A customer who cancels one copy may have as many again as if there had been none.',
    swaps: [
      {
        file: 'actors/catalog/customer-limits.ts',
        find: 'return { bookId, customer, copies: Math.max(0, view.copiesOf(bookId, customer) - quantity) };',
        put: 'return { bookId, customer, copies: 0 };',
      },
    ],
    seeds: 5,
    change: cancellationsUnder(['reset a link']),
  },
  {
    name: 'customer-count-kept',
    harm: 'What a customer has cancelled counts as had, so that there is less and less to be had.',
    swaps: [
      {
        file: 'actors/catalog/customer-limits.ts',
        find: 'return { bookId, customer, copies: Math.max(0, view.copiesOf(bookId, customer) - quantity) };',
        put: 'return { bookId, customer, copies: view.copiesOf(bookId, customer) };',
      },
    ],
    seeds: 5,
    change: cancellationsUnder(['reset a link']),
  },
];
