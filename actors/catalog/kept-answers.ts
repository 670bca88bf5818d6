import type { Recorded } from './decision.ts';
import type { DigestedRecords } from './digested-records.ts';
import { KeyFilter } from './key-filter.ts';
import { RecentHolds } from './recent-holds.ts';

/** What is recorded under the keys of orders and admin requests. The record of a hold that ends before a batch takes it is written once. */
export class KeptAnswers {
  readonly #records: DigestedRecords;
  readonly keys = new KeyFilter();
  readonly #recent = new RecentHolds();
  /** The records of holds that are in neither the overlay nor the digest yet. */
  readonly #begun = new Map<string, Recorded>();
  #begunChars = 0;

  constructor(records: DigestedRecords) {
    this.#records = records;
  }

  /** What `settle` is going to put, at most: records, and about their characters. */
  get unsettled(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#begun.size, bytes: this.#begunChars };
  }

  /** Takes note of a record that is in the store, or comes there. */
  note(key: string): void {
    this.keys.add(key);
  }

  get(key: string): Recorded | undefined {
    if (!this.keys.mayHave(key)) return undefined;
    const held = this.#begun.get(key) ?? this.#recent.get(key)?.record;
    if (held) return held;
    const text = this.#records.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Recorded);
  }

  /** Keeps what was recorded under a key that had no record. */
  add(key: string, record: Recorded): void {
    this.keys.add(key);
    if (record.hold) {
      this.#begun.set(key, record);
      this.#begunChars += lengthOf(record);
    } else this.#records.add(key, JSON.stringify(record));
  }

  /** Keeps what is recorded under a key from now on. */
  replace(key: string, record: Recorded): void {
    const text = JSON.stringify(record);
    const recent = this.#recent.get(key);
    if (this.#begun.delete(key)) this.#records.add(key, text);
    else if (recent) {
      this.#recent.delete(key);
      this.#records.replaceKnown(key, recent.hash, text);
    } else this.#records.put(key, text);
  }

  /** Brings overlay and digest up to the present records. */
  settle(): void {
    for (const [key, record] of this.#begun) {
      const text = JSON.stringify(record);
      this.#recent.add(key, { record, hash: this.#records.add(key, text), chars: text.length });
    }
    this.#begun.clear();
    this.#begunChars = 0;
  }
}

/** Characters that the record of a hold takes besides its lines, and a line besides its title; or a little more. */
const HOLD_FRAME = 1_000;
const LINE_FRAME = 120;

/** About the length of a hold's record, without writing it. */
function lengthOf({ result }: Recorded): number {
  const lines = result.kind === 'order' ? result.order.lines : [];
  return lines.reduce((chars, { title }) => chars + title.length + LINE_FRAME, HOLD_FRAME);
}
