import { hash } from 'node:crypto';

/**
 * A digest of a set of records that does not depend on their order and follows a change of one record at the
 * cost of that record: the sum, modulo 2^96, of a hash of every record (Bellare and Micciancio's AdHash, 1997).
 * It finds damage and divergence; it is not meant to withstand somebody who chooses the records.
 */

const LANE = 2 ** 48;

/** 96 bits of a record's hash as two lanes of 48 bits, so that sums stay exact numbers. */
export interface RecordHash {
  readonly high: number;
  readonly low: number;
}

export function recordHash(key: string, value: string): RecordHash {
  const bytes = hash('sha256', `${key}\n${value}`, 'binary');
  return { high: lane(bytes, 0), low: lane(bytes, 6) };
}

function lane(bytes: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 6; at++) value = value * 256 + bytes.charCodeAt(at);
  return value;
}

export class SetDigest {
  #high = 0;
  #low = 0;

  add(record: RecordHash): void {
    this.#high = (this.#high + record.high) % LANE;
    this.#low = (this.#low + record.low) % LANE;
  }

  remove(record: RecordHash): void {
    this.#high = (this.#high - record.high + LANE) % LANE;
    this.#low = (this.#low - record.low + LANE) % LANE;
  }

  /** 24 hexadecimal digits; all zero for the empty set. */
  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(12, '0');
}
