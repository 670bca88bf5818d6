import type { BookId, Customer } from '../../runtime/domain.ts';
import { countKey } from '../../storage/keys.ts';
import type { CountsView, CustomerCount } from './customer-limits.ts';
import type { DigestedRecords } from './digested-records.ts';

/** What customers have of books with a limit, as records: read where such a book is bought, and held in no memory. */
export class CustomerCounts implements CountsView {
  readonly #records: DigestedRecords;

  constructor(records: DigestedRecords) {
    this.#records = records;
  }

  copiesOf(bookId: BookId, customer: Customer): number {
    return Number(this.#records.get(countKey(bookId, customer)) ?? 0);
  }

  set({ bookId, customer, copies }: CustomerCount): void {
    const key = countKey(bookId, customer);
    if (copies > 0) this.#records.put(key, String(copies));
    else this.#records.remove(key);
  }
}
