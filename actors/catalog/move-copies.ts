import type { Book } from '../../runtime/domain.ts';

/** By how much each count of a book changes. */
export interface Moves {
  readonly stock?: number;
  readonly held?: number;
  readonly sold?: number;
  readonly returned?: number;
}

/** The book after copies have moved between its counts; those that a book does not need it does not have. */
export function moveCopies(
  book: Book,
  { stock = 0, held = 0, sold = 0, returned = 0 }: Moves,
  version: number,
): Book {
  const { held: heldBefore = 0, returned: returnedBefore = 0, ...rest } = book;
  const after = { ...rest, stock: rest.stock + stock, sold: rest.sold + sold, version };
  return {
    ...after,
    ...(returnedBefore + returned !== 0 && { returned: returnedBefore + returned }),
    ...(heldBefore + held !== 0 && { held: heldBefore + held }),
  };
}
