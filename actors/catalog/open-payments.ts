import type { Key } from '../../runtime/domain.ts';
import { PAYMENT_PREFIX, paymentKey } from '../../storage/keys.ts';
import type { DigestedRecords } from './digested-records.ts';

/** The orders whose payment is open, so that whichever order replica lives finds those that a dead one has left behind. */
export class OpenPayments {
  readonly #records: DigestedRecords;
  readonly #orders = new Set<Key>();

  constructor(records: DigestedRecords) {
    this.#records = records;
  }

  /** As many as these, and of them those that have been open for longest, as far as this process has seen. */
  oldest(limit: number): Key[] {
    const oldest: Key[] = [];
    for (const key of this.#orders) {
      if (oldest.length === limit) break;
      oldest.push(key);
    }
    return oldest;
  }

  set({ key, isOpen }: { readonly key: Key; readonly isOpen: boolean }): void {
    if (isOpen && !this.#orders.has(key)) this.#records.add(paymentKey(key), '');
    if (!isOpen) this.#records.remove(paymentKey(key));
    this.note(paymentKey(key), isOpen);
  }

  /** Takes in a record that came or went, if it is one of these. */
  note(recordKey: string, isThere = true): void {
    if (!recordKey.startsWith(PAYMENT_PREFIX)) return;
    const key = recordKey.slice(PAYMENT_PREFIX.length);
    if (isThere) this.#orders.add(key);
    else this.#orders.delete(key);
  }
}
