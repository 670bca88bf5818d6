import { type BookId, MAX_NEW_BOOK_ID, type NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { Random } from '../../runtime/random.ts';
import type { BookToAdd, Client } from '../client.ts';
import type { ClientLimits } from '../limits.ts';
import type { BookList } from './books-file.ts';
import { type Comparison, compareBooks } from './compare-books.ts';
import type { RowNumber } from './row-index.ts';

type ImportBounds = Pick<ClientLimits, 'maxBatchBooks' | 'maxBatchBytes' | 'maxAddRounds'>;

export interface ImportProgress {
  /** Books of the list dealt with so far. */
  readonly read: number;
  readonly added: number;
  /** Books that the store had already; they were left as they are. */
  readonly skipped: number;
}

interface NewRow {
  readonly row: RowNumber;
  readonly book: NewBook & { readonly id: BookId };
  /** The id is of our choice: where another book has it, this one gets the next. */
  readonly chosen: boolean;
}

/**
 * Adds the books that `comparison` did not find in the store, batch by batch, and yields after each. Every book goes
 * with an id, chosen here where the list has none, so that a batch whose answer was lost may be sent again by whoever
 * comes next: books whose id exists are skipped. A chosen id that another book took meanwhile gives way.
 */
export async function* importBooks(
  store: Pick<Client, 'books' | 'addBooks'>,
  list: BookList,
  comparison: Comparison,
  random: Random,
  bounds: ImportBounds,
): AsyncGenerator<ImportProgress, void> {
  const { bookOf, decimals } = comparison;
  let progress: ImportProgress = { read: 0, added: 0, skipped: 0 };
  let greatestId = comparison.greatestId;

  const withId = (row: RowNumber, book: NewBook): NewRow => {
    if (book.id !== undefined) return { row, book: { ...book, id: book.id }, chosen: false };
    greatestId = Math.max(greatestId, comparison.greatestId) + 1;
    if (greatestId > MAX_NEW_BOOK_ID) {
      throw new BazarError('invalid-request', `no id up to ${MAX_NEW_BOOK_ID} is left for "${book.title}"`);
    }
    return { row, book: { ...book, id: greatestId }, chosen: true };
  };

  async function* newRows(): AsyncGenerator<NewRow, void> {
    let row = 0;
    for await (const book of list.books()) {
      if (bookOf[row] === 0) yield withId(row, book);
      row += 1;
    }
  }

  /** The number of books that were added; the others are there already. */
  async function add(rows: readonly NewRow[], rounds = 1): Promise<number> {
    const batch = rows.map(({ book }): BookToAdd => ({ ...book, price: formatMoney(book.price, decimals) }));
    const { added, skipped, duplicates = [] } = await store.addBooks(batch, { key: random.id() });
    const refused = new Set(skipped);
    for (const { row, book, chosen } of rows) if (!(chosen && refused.has(book.id))) bookOf[row] = book.id;
    // Another book with its ISBN has come meanwhile: that is the book of the row.
    for (const { place, id } of duplicates) bookOf[rows[place]!.row] = id;
    const contested = rows.filter(({ row }) => bookOf[row] === 0);
    if (contested.length === 0) return added.length;

    if (rounds === bounds.maxAddRounds) {
      throw new BazarError('overloaded', 'Others add books all the time; no id stays free for long enough');
    }
    await compareBooks(store, comparison, contested[0]!.book.id - 1);
    const others = contested.filter(({ row }) => bookOf[row] === 0);
    if (others.length === 0) return added.length;
    const again = others.map(({ row, book: { id: _, ...book } }) => withId(row, book));
    return added.length + (await add(again, rounds + 1));
  }

  for await (const rows of batches(newRows(), bounds, decimals)) {
    const added = await add(rows);
    const read = progress.read + rows.length;
    progress = { read, added: progress.added + added, skipped: read - progress.added - added };
    yield progress;
  }
  // The books that the comparison had found were not read again.
  const { count } = list.index;
  yield { read: count, added: progress.added, skipped: count - progress.added };
}

/** Rows together that respect both bounds of one request, its books and its bytes. */
async function* batches(
  rows: AsyncIterable<NewRow>,
  { maxBatchBooks, maxBatchBytes }: ImportBounds,
  decimals: number,
): AsyncGenerator<readonly NewRow[], void> {
  let batch: NewRow[] = [];
  let bytes = 2;
  for await (const row of rows) {
    const price = formatMoney(row.book.price, decimals);
    const size = Buffer.byteLength(JSON.stringify({ ...row.book, price })) + 1;
    if (batch.length > 0 && (batch.length === maxBatchBooks || bytes + size > maxBatchBytes)) {
      yield batch;
      batch = [];
      bytes = 2;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
