import type { BookAnswer } from '../../runtime/api.ts';
import { type BookId, MAX_NEW_BOOK_ID } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { type Cents, NO_CURRENCY, parseMoney } from '../../runtime/money.ts';
import type { Client } from '../client.ts';
import type { RowIndex, RowNumber } from './row-index.ts';

/** A book that the store has with another price, stock or limit for each customer than the file. */
export interface Difference {
  readonly where: string;
  readonly id: BookId;
  /** As the store has it. */
  readonly title: string;
  readonly version: number;
  readonly price: { readonly from: Cents; readonly to: Cents };
  readonly stock: { readonly from: number; readonly to: number };
  /** Where the file says another one; a row without leaves it as it is. */
  readonly limit?: { readonly from: number | undefined; readonly to: number };
}

/** Which rows of a file are books of the store. */
export interface Comparison {
  readonly index: RowIndex;
  /** Of the store's amounts. */
  readonly decimals: number;
  /** By row: the book that it is, 0 for none. */
  readonly bookOf: Float64Array;
  readonly differences: Difference[];
  /** Rows with an ISBN that a book with another id has. */
  readonly rivals: Map<RowNumber, BookId>;
  /** Rows with the id of a book that has another title and ISBN. */
  readonly others: { readonly row: RowNumber; readonly id: BookId; readonly title: string }[];
  /** Of the ids that a new book may have. */
  greatestId: BookId;
}

export function newComparison(index: RowIndex, decimals = NO_CURRENCY.decimals): Comparison {
  const bookOf = new Float64Array(index.count);
  const { greatestId } = index;
  return { index, decimals, bookOf, differences: [], rivals: new Map(), others: [], greatestId };
}

/** Looks at the books of the store behind `after`, page by page, and notes which rows they are. */
export async function compareBooks(
  store: Pick<Client, 'books'>,
  comparison: Comparison,
  after = 0,
): Promise<void> {
  for (let next: BookId | null = after; next !== null; ) {
    const page = await store.books({ ...(next > 0 && { after: next }), limit: DEFAULT_LIMITS.maxPage });
    for (const book of page.books) note(comparison, book);
    next = page.next;
  }
}

function note(comparison: Comparison, book: BookAnswer): void {
  const { index, decimals, bookOf, rivals, others } = comparison;
  const { row, rival, isOther } = index.match(book, (one) => bookOf[one] === 0 || bookOf[one] === book.id);
  if (rival !== undefined) rivals.set(rival, book.id);
  if (book.id <= MAX_NEW_BOOK_ID) comparison.greatestId = Math.max(comparison.greatestId, book.id);
  if (row === undefined || bookOf[row] === book.id) return;
  bookOf[row] = book.id;
  if (isOther) others.push({ row, id: book.id, title: book.title });
  const price = { from: parseMoney(book.price, decimals) ?? 0, to: index.prices[row]! };
  const stock = { from: book.stock, to: index.stocks[row]! };
  const most = index.limits.get(row);
  const isLimited = most !== undefined && most !== book.perCustomer;
  if (price.from === price.to && stock.from === stock.to && !isLimited) return;
  const limit = isLimited && { limit: { from: book.perCustomer, to: most } };
  const { id, title, version } = book;
  comparison.differences.push({ where: index.places[row]!, id, title, version, price, stock, ...limit });
}

/** Sentences for the rows that have the id of another book. */
export function otherBooks({ index, others }: Comparison): string[] {
  return others.map(({ row, id, title }) => `${index.places[row]}: book ${id} of the store is "${title}"`);
}

/** Sentences for the rows that cannot be added, since another book has their ISBN. */
export function impossibleRows({ index, bookOf, rivals }: Comparison): string[] {
  return [...rivals]
    .filter(([row]) => bookOf[row] === 0)
    .map(([row, id]) => `${index.places[row]}: the store has its isbn as that of book ${id}`);
}
