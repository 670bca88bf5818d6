import type { Book } from '../../runtime/domain.ts';

/** By how much each count of a book changes. */
export interface Moves {
  readonly stock?: number;
  readonly held?: number;
  readonly sold?: number;
  readonly returned?: number;
}

/**
 * The book after copies have moved between its counts; those that a book does not need it does not have. The ones that come and
 * go are its last fields, in this order: the stored text has to be the same on every replica.
 */
export function moveCopies(
  book: Book,
  { stock = 0, held = 0, sold = 0, returned = 0 }: Moves,
  version: number,
): Book {
  const after = { ...book };
  after.stock += stock;
  after.sold += sold;
  after.version = version;
  const returnedAfter = (book.returned ?? 0) + returned;
  const heldAfter = (book.held ?? 0) + held;
  // The last field first, and only where there is one: so V8 keeps the object a fast one.
  if (book.held !== undefined) delete after.held;
  if (book.returned !== undefined) delete after.returned;
  if (returnedAfter !== 0) after.returned = returnedAfter;
  if (heldAfter !== 0) after.held = heldAfter;
  return after;
}
