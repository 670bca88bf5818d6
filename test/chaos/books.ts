import type { BookId, NewBook } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import type { WantedLine } from './clients.ts';

/** The books of a chaos run: a few that everybody wants, some with enough for a while, and some without end. */

const SCARCE: readonly BookId[] = [1, 2, 3, 4];
const ENOUGH: readonly BookId[] = [5, 6, 7, 8];
const PLENTIFUL: readonly BookId[] = [9, 10, 11];
/** Bought by the steady buyer alone, never sold out and never in a cart with others. */
export const PROBED: BookId = 12;

export const BOOKS: readonly (NewBook & { readonly id: BookId })[] = [
  ...SCARCE.map((id) => book(id, 20)),
  ...ENOUGH.map((id) => book(id, 200)),
  ...PLENTIFUL.map((id) => book(id, 1_000_000)),
  book(PROBED, 10_000_000),
];

function book(id: BookId, stock: number): NewBook & { readonly id: BookId } {
  return { id, title: `Book ${id}`, topic: 'chaos', price: 1_000, stock };
}

/** A book that buyers may want, half of the times one that is scarce. */
export function wantedBook(random: Random): BookId {
  const chance = random.next();
  const books = chance < 0.5 ? SCARCE : chance < 0.8 ? ENOUGH : PLENTIFUL;
  return books[random.integer(books.length)]!;
}

/** Books that are bought together; each is in one pair at most, so that a history falls into small parts. */
const PAIRS = [
  [1, 2],
  [3, 4],
  [5, 6],
  [9, 10],
] as const;

/** One book, or two that go together, a few copies of each. */
export function wantedLines(random: Random): readonly WantedLine[] {
  const pair = PAIRS[random.integer(PAIRS.length)]!;
  const books = random.next() < 0.2 ? pair : [wantedBook(random)];
  return books.map((wanted) => ({ book: wanted, quantity: 1 + random.integer(3) }));
}
