import { hash } from 'node:crypto';
import { asBazarError, type ErrorCode } from '../../runtime/errors.ts';
import { formatMoney } from '../../runtime/money.ts';
import type { BookEdit, Client } from '../client.ts';
import type { ClientLimits } from '../limits.ts';
import type { Difference } from './compare-books.ts';

type UpdateBounds = Pick<ClientLimits, 'maxUpdatesInFlight' | 'maxUpdateTries'> & {
  /** Of the store's amounts; two if left out. */
  readonly decimals?: number;
};

export interface UpdateProgress {
  readonly done: number;
  readonly updated: number;
  /** A sentence for each row that was refused; its book is as it was. */
  readonly failed: readonly string[];
}

/** What is about one book alone; after any other fault there is no sense in going on. */
const OF_ONE_BOOK: ReadonlySet<ErrorCode> = new Set(['stock-limit', 'unknown-book', 'version-changed']);

/**
 * Sets price and stock of these books, several at a time, and yields after each lot. Each book is changed as a whole or
 * not at all; the stock by as many copies as file and store differed by when they were compared. The book must be as it
 * was then: where copies were sold since, the change is asked for anew from the present stock, so that they stay sold.
 */
export async function* updateBooks(
  store: Pick<Client, 'info' | 'updateBook'>,
  differences: readonly Difference[],
  bounds: UpdateBounds,
): AsyncGenerator<UpdateProgress, void> {
  const { maxUpdatesInFlight } = bounds;
  const failed: string[] = [];
  for (let done = 0; done < differences.length; ) {
    const lot = differences.slice(done, done + maxUpdatesInFlight);
    const faults = await Promise.all(lot.map((one) => updateBook(store, one, bounds)));
    for (const [at, fault] of faults.entries()) {
      if (fault !== undefined) failed.push(`${lot[at]!.where}: ${fault} (book ${lot[at]!.id})`);
    }
    done += lot.length;
    yield { done, updated: done - failed.length, failed };
  }
}

/** Resolves to why it was refused. */
async function updateBook(
  store: Pick<Client, 'info' | 'updateBook'>,
  { id, price, stock, version }: Difference,
  { maxUpdateTries, decimals }: UpdateBounds,
): Promise<string | undefined> {
  const more = stock.to - stock.from;
  let present = { version, stock: stock.from };
  for (let left = maxUpdateTries; ; left -= 1) {
    const target = present.stock + more;
    if (target < 0) return `${-more} copies are to be taken away and ${present.stock} are left`;
    const change: BookEdit = {
      ...(price.from !== price.to && { price: formatMoney(price.to, decimals) }),
      ...(more !== 0 && { stock: target }),
      expectVersion: present.version,
    };
    try {
      await store.updateBook(id, change, { key: keyOf(id, change) });
      return undefined;
    } catch (error) {
      const { code, message } = asBazarError(error);
      if (!OF_ONE_BOOK.has(code)) throw error;
      if (code !== 'version-changed' || left === 1) return message;
    }
    const book = await store.info(id, { strong: true });
    present = { version: book.version, stock: book.stock };
  }
}

/** The same change of a book at the same version is one change, also where an import was cut off and started again. */
function keyOf(id: number, change: BookEdit): string {
  return `import-${hash('sha256', JSON.stringify([id, change]))}`;
}
