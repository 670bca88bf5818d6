import { createHash } from 'node:crypto';
import type { NewBook } from '../runtime/domain.ts';
import { formatMoney } from '../runtime/money.ts';
import type { Random } from '../runtime/random.ts';
import type { BookToAdd, Client } from './client.ts';
import type { ClientLimits } from './limits.ts';

type BatchBounds = Pick<ClientLimits, 'maxBatchBooks' | 'maxBatchBytes'>;

export interface ImportProgress {
  /** Books of the list dealt with so far. */
  readonly read: number;
  readonly added: number;
  /** Books that the store had already; they were left as they are. */
  readonly skipped: number;
}

/**
 * Adds books batch by batch, and yields after each. It may be cut off anywhere and started anew, since books
 * whose id exists are skipped. A batch with a book without an id is known again by its content: its key is made
 * of that, so it is added once as long as the list stays the same.
 */
export async function* importBooks(
  store: Pick<Client, 'addBooks'>,
  books: readonly NewBook[],
  random: Random,
  bounds: BatchBounds,
): AsyncGenerator<ImportProgress, void> {
  let progress: ImportProgress = { read: 0, added: 0, skipped: 0 };
  for (const text of batches(books, bounds)) {
    const batch: BookToAdd[] = JSON.parse(text);
    const allNamed = batch.every((book) => book.id !== undefined);
    const key = allNamed ? random.id() : `import-${createHash('sha256').update(text).digest('hex')}`;
    const answer = await store.addBooks(batch, { key });
    // Under a key of this run alone, a replayed answer is that of our own lost try.
    const added = answer.replayed && !allNamed ? 0 : answer.added.length;
    progress = {
      read: progress.read + batch.length,
      added: progress.added + added,
      skipped: progress.skipped + batch.length - added,
    };
    yield progress;
  }
}

/** JSON arrays that respect both bounds of one request, its books and its bytes. */
function* batches(
  books: readonly NewBook[],
  { maxBatchBooks, maxBatchBytes }: BatchBounds,
): Generator<string> {
  let batch: string[] = [];
  let bytes = 2;
  for (const book of books) {
    const text = JSON.stringify({ ...book, price: formatMoney(book.price) });
    const size = Buffer.byteLength(text) + 1;
    if (batch.length > 0 && (batch.length === maxBatchBooks || bytes + size > maxBatchBytes)) {
      yield `[${batch.join()}]`;
      batch = [];
      bytes = 2;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield `[${batch.join()}]`;
}
