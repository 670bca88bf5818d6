import type { Recorded } from './decision.ts';
import type { DigestedRecords } from './digested-records.ts';
import { KeyFilter } from './key-filter.ts';
import { RecentHolds } from './recent-holds.ts';

/** What is recorded under the keys of orders and admin requests. */
export class KeptAnswers {
  readonly #records: DigestedRecords;
  readonly keys = new KeyFilter();
  readonly #recent = new RecentHolds();

  constructor(records: DigestedRecords) {
    this.#records = records;
  }

  /** Takes note of a record that is in the store, or comes there. */
  note(key: string): void {
    this.keys.add(key);
  }

  get(key: string): Recorded | undefined {
    if (!this.keys.mayHave(key)) return undefined;
    const recent = this.#recent.get(key);
    if (recent) return recent.record;
    const text = this.#records.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Recorded);
  }

  /** Keeps what was recorded under a key that had no record. */
  add(key: string, record: Recorded): void {
    const text = JSON.stringify(record);
    const hash = this.#records.add(key, text);
    this.keys.add(key);
    if (record.hold) this.#recent.add(key, { record, hash, chars: text.length });
  }

  /** Keeps what is recorded under a key from now on. */
  replace(key: string, record: Recorded): void {
    const text = JSON.stringify(record);
    const recent = this.#recent.get(key);
    if (!recent) {
      this.#records.put(key, text);
      return;
    }
    this.#recent.delete(key);
    this.#records.replaceKnown(key, recent.hash, text);
  }
}
