import { holdKey } from '../../storage/keys.ts';
import type { DigestedRecords } from './digested-records.ts';
import type { OpenHold } from './hold-queue.ts';

/** Characters of such a key, or a little more. */
const KEY_CHARS = 160;

/** The records of open holds, whose keys say when they are due. That of a hold which ends before a batch takes it is never written. */
export class HoldKeys {
  readonly #records: DigestedRecords;
  /** What is to come, or to go, with the next batch. */
  readonly #changed = new Map<string, 'comes' | 'goes'>();

  constructor(records: DigestedRecords) {
    this.#records = records;
  }

  /** What `settle` is going to put and delete: operations, and about their characters. */
  get unsettled(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#changed.size, bytes: this.#changed.size * KEY_CHARS };
  }

  add({ due, key }: OpenHold): void {
    this.#changed.set(holdKey(due, key), 'comes');
  }

  /** Of one that is there. */
  remove({ due, key }: OpenHold): void {
    const record = holdKey(due, key);
    if (!this.#changed.delete(record)) this.#changed.set(record, 'goes');
  }

  /** Brings overlay and digest up to the present records. */
  settle(): void {
    for (const [record, change] of this.#changed) {
      if (change === 'comes') this.#records.add(record, '');
      else this.#records.removeKnown(record, '');
    }
    this.#changed.clear();
  }
}
