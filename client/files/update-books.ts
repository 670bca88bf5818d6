import { hash } from 'node:crypto';
import { asBazarError } from '../../runtime/errors.ts';
import { formatMoney, NO_CURRENCY } from '../../runtime/money.ts';
import type { BookToChange, Client } from '../client.ts';
import type { ClientLimits } from '../limits.ts';
import type { Difference } from './compare-books.ts';

type UpdateBounds = Pick<ClientLimits, 'maxBatchBooks'> & {
  /** Of the store's amounts. */
  readonly decimals?: number;
};

export interface UpdateProgress {
  /** Books that have the price and the stock of the file now. */
  readonly updated: number;
}

/**
 * Sets price, stock and limit of these books, a lot at a time, and yields after each. A lot is changed as a whole or not at all; the
 * stock by as many copies as file and store differed by when they were compared, so that what is sold meanwhile stays sold.
 * Rejects with the row at fault when a lot is refused.
 */
export async function* updateBooks(
  store: Pick<Client, 'changeBooks'>,
  differences: readonly Difference[],
  { maxBatchBooks, decimals = NO_CURRENCY.decimals }: UpdateBounds,
): AsyncGenerator<UpdateProgress, void> {
  for (let updated = 0; updated < differences.length; ) {
    const lot = differences.slice(updated, updated + maxBatchBooks);
    const changes = lot.map((one) => changeFor(one, decimals));
    try {
      await store.changeBooks(changes, { key: keyOf(lot, changes) });
    } catch (thrown) {
      const error = asBazarError(thrown);
      const row = lot.find(({ id }) => id === error.details.bookId);
      const where = row ? `${row.where}: ` : '';
      throw error.with(
        { rows: lot.length },
        `${where}${error.message} None of ${lot.length} rows was changed`,
      );
    }
    updated += lot.length;
    yield { updated };
  }
}

function changeFor({ id, price, stock, limit }: Difference, decimals: number): BookToChange {
  const by = stock.to - stock.from;
  return {
    id,
    ...(price.from !== price.to && { price: formatMoney(price.to, decimals) }),
    ...(by !== 0 && { adjust: { by, reason: 'import' } }),
    ...(limit && { perCustomer: limit.to }),
  };
}

/** The same changes of books at the same versions are one change, also where an import was cut off and started again. */
function keyOf(lot: readonly Difference[], changes: readonly BookToChange[]): string {
  return `import-${hash('sha256', JSON.stringify([changes, lot.map(({ version }) => version)]))}`;
}
