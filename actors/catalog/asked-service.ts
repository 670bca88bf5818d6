import { PAYMENT_PREFIX, REFUND_PREFIX } from '../../storage/keys.ts';
import type { DigestedRecords } from './digested-records.ts';

/**
 * What the payment service is asked for and has not answered, so that whichever order replica lives finds what a dead one has
 * left behind: the orders whose payment is open, and the refunds (`openRefundKey`).
 */
export class AskedService {
  readonly payments: OpenAsks;
  readonly refunds: OpenAsks;

  constructor(records: DigestedRecords) {
    this.payments = new OpenAsks(records, PAYMENT_PREFIX);
    this.refunds = new OpenAsks(records, REFUND_PREFIX);
  }

  /** Takes in a record that came or went, if it is one of these. */
  note(recordKey: string, isThere = true): void {
    this.payments.note(recordKey, isThere);
    this.refunds.note(recordKey, isThere);
  }
}

/** Those of one kind: each is a record without a text whose key begins with `prefix`. */
class OpenAsks {
  readonly #records: DigestedRecords;
  readonly #prefix: string;
  readonly #keys = new Set<string>();

  constructor(records: DigestedRecords, prefix: string) {
    this.#records = records;
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** As many as these, and of them those that have been open for longest, as far as this process has seen. */
  oldest(limit: number): string[] {
    const oldest: string[] = [];
    for (const key of this.#keys) {
      if (oldest.length === limit) break;
      oldest.push(key);
    }
    return oldest;
  }

  set({ key, isOpen }: { readonly key: string; readonly isOpen: boolean }): void {
    const recordKey = this.#prefix + key;
    if (isOpen && !this.#keys.has(key)) this.#records.add(recordKey, '');
    if (!isOpen) this.#records.remove(recordKey);
    this.note(recordKey, isOpen);
  }

  note(recordKey: string, isThere: boolean): void {
    if (!recordKey.startsWith(this.#prefix)) return;
    const key = recordKey.slice(this.#prefix.length);
    if (isThere) this.#keys.add(key);
    else this.#keys.delete(key);
  }
}
