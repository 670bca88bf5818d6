import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isResting } from '../../storage/keys.ts';

/**
 * Two sums over a set of records, which do not depend on their order and follow a change of one record at the cost of
 * that record. Both find damage; neither is meant to withstand somebody who chooses the records.
 *
 * The digest is the sum, modulo 2^96, of a hash of every record (Bellare and Micciancio's AdHash, 1997). Replicas are
 * compared by it. The checksum is a sum of checksums that cost much less than that hash. A start compares it with the one
 * that was written beside the digest, and so knows that the digest is that of the records which it has read; and so does
 * a replica that takes a snapshot in. It has two parts, since a start does not wait for the records that only lie on the
 * disk: what these come to is told beside what all do.
 */

const LANE = 2 ** 48;
const LANE_DIGITS = 12;

/** What one record is in the checksum: 32 bits, and the same again where it only lies on the disk. */
export interface RecordSum {
  readonly checksum: number;
  readonly resting: number;
}

/** What one record is in both sums: in the digest 96 bits as two lanes of 48, so that sums stay exact numbers. */
export interface RecordHash extends RecordSum {
  readonly high: number;
  readonly low: number;
}

export function recordHash(key: string, value: string): RecordHash {
  const bytes = hash('sha256', `${key}\n${value}`, 'binary');
  return { high: lane(bytes, 0), low: lane(bytes, 6), ...recordSum(key, value) };
}

/** What two numbers are in the digest; the checksum is of records alone. */
export function numbersHash(high: number, low: number): RecordHash {
  return { high: modulo(high), low: modulo(low), checksum: 0, resting: 0 };
}

function modulo(value: number): number {
  return ((value % LANE) + LANE) % LANE;
}

function lane(bytes: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 6; at++) value = value * 256 + bytes.charCodeAt(at);
  return value;
}

/**
 * A CRC-32, mixed (the end of MurmurHash3): CRCs are linear, so that changes of two records could cancel each other
 * out in a sum. The key's length counts, so that a key cannot swallow part of its value.
 */
export function recordSum(key: string, value: string): RecordSum {
  const crc = crc32(value, (crc32(key) + key.length) >>> 0);
  const mixed = Math.imul(crc ^ (crc >>> 16), 0x85ebca6b);
  const more = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  const checksum = (more ^ (more >>> 16)) >>> 0;
  return { checksum, resting: isResting(key) ? checksum : 0 };
}

export class SetDigest {
  #high = 0;
  #low = 0;
  #checksum = 0;
  #resting = 0;

  add(record: RecordHash): void {
    this.#high = (this.#high + record.high) % LANE;
    this.#low = (this.#low + record.low) % LANE;
    this.addSum(record);
  }

  remove(record: RecordHash): void {
    this.#high = (this.#high - record.high + LANE) % LANE;
    this.#low = (this.#low - record.low + LANE) % LANE;
    this.removeSum(record);
  }

  /** Adds a record to the checksum alone; the digest is to be adopted once the checksum has turned out right. */
  addSum({ checksum, resting }: RecordSum): void {
    this.#checksum = (this.#checksum + checksum) % LANE;
    this.#resting = (this.#resting + resting) % LANE;
  }

  removeSum({ checksum, resting }: RecordSum): void {
    this.#checksum = (this.#checksum - checksum + LANE) % LANE;
    this.#resting = (this.#resting - resting + LANE) % LANE;
  }

  /** Takes the digest of the records in the checksum from `digest`, which `toString` gave. */
  adopt(digest: string): void {
    this.#high = Number.parseInt(digest.slice(0, LANE_DIGITS), 16);
    this.#low = Number.parseInt(digest.slice(LANE_DIGITS), 16);
  }

  get checksum(): number {
    return this.#checksum;
  }

  /** The part of the checksum that is of records which only lie on the disk. */
  get resting(): number {
    return this.#resting;
  }

  /** 24 hexadecimal digits; all zero for the empty set. */
  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(LANE_DIGITS, '0');
}
