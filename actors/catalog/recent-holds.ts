import type { Recorded } from './decision.ts';
import type { RecordHash } from './digest.ts';

/** Characters of the texts of these records: 10,000 holds of one book, or fewer of larger carts. */
const MAX_CHARS = 4 * 1024 * 1024;

export interface RecentHold {
  readonly record: Recorded;
  /** What the record is in the digest. */
  readonly hash: RecordHash;
  /** The length of its text. */
  readonly chars: number;
}

/**
 * The records of the holds that began last. Most holds end soon, and then the record need not be read from the store, nor
 * hashed again to be taken out of the digest. What is not here any more is in the store, with the same text.
 */
export class RecentHolds {
  /** By the keys of their records, the oldest first. */
  readonly #holds = new Map<string, RecentHold>();
  #chars = 0;

  get(key: string): RecentHold | undefined {
    return this.#holds.get(key);
  }

  add(key: string, hold: RecentHold): void {
    this.#holds.set(key, hold);
    this.#chars += hold.chars;
    for (const oldest of this.#holds.keys()) {
      if (this.#chars <= MAX_CHARS) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const hold = this.#holds.get(key);
    if (!hold) return;
    this.#holds.delete(key);
    this.#chars -= hold.chars;
  }
}
