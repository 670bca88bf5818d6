import { hash } from 'node:crypto';
import type { BookId, Customer, Key } from '../runtime/domain.ts';
import type { Range } from './store.ts';

/**
 * Where everything lies in a replica's store. All keys are ASCII, so that the byte order of LevelDB is the
 * code-unit order of JavaScript.
 *
 * | key               | value                                                                                  |
 * |-------------------|----------------------------------------------------------------------------------------|
 * | `m/identity`      | whose disk this is: cluster, node, incarnation, and after a wipe its vote floor        |
 * | `m/gen`           | the generation of applied state that counts                                            |
 * | `r/hs`            | the hard state of Raft: term and vote                                                  |
 * | `r/l/<index>`     | a log entry; the index as 16 hexadecimal digits                                        |
 * | `r/offset`        | the position before the first kept entry; absent while nothing has been forgotten      |
 * | `g<gen>/applied`  | the position, digest and checksum that the records of this generation are at           |
 * | `g<gen>/boot`     | the last start of the store that stands in the log; absent before there was one         |
 * | `g<gen>/level`    | the command level to which the log was raised; absent at level 1                        |
 * | `g<gen>/b/<id>`   | a book; the id as 16 decimal digits                                                    |
 * | `g<gen>/o/<id>`   | what was recorded under an order id                                                    |
 * | `g<gen>/e/<at>/<id>` | nothing: a refused order, by the time at which it was refused; not in the digest, since `o/` has it all |
 * | `g<gen>/h/<due>/<id>` | nothing: a hold that is open, by the time of the log at which it is due, in 16 digits |
 * | `g<gen>/p/<id>`   | nothing: an order whose payment is open                                                 |
 * | `g<gen>/f/<id>/<key>` | nothing: a refund of an order that the payment service is to be asked for, by the key of its cancellation |
 * | `g<gen>/a/<key>`  | what was recorded under the idempotency key of an admin request                        |
 * | `g<gen>/c/<id>/<n>` | a change of a book: the one whose number is n modulo the number of those that are remembered   |
 * | `g<gen>/q/<id>/<hash>` | the copies of a book that count as those of a customer, by the SHA-256 of the name; absent for none   |
 * | `g<gen>/t/<hash>` | a topic that a book has left or in which one has another title: its key, and the index of that |
 */
export const IDENTITY_KEY = 'm/identity';
export const GENERATION_KEY = 'm/gen';
export const HARD_STATE_KEY = 'r/hs';
export const OFFSET_KEY = 'r/offset';
export const LOG_PREFIX = 'r/l/';

export const generationPrefix = (generation: number) => `g${generation}/`;

/** Keys within a generation: in the store they follow its prefix, in a snapshot they stand alone. */
export const APPLIED_KEY = 'applied';
export const BOOT_KEY = 'boot';
export const LEVEL_KEY = 'level';
export const BOOK_PREFIX = 'b/';
export const ORDER_PREFIX = 'o/';
export const ADMIN_PREFIX = 'a/';
export const REFUSAL_PREFIX = 'e/';
export const HOLD_PREFIX = 'h/';
export const TOPIC_PREFIX = 't/';
export const PAYMENT_PREFIX = 'p/';
export const REFUND_PREFIX = 'f/';
const EVENT_PREFIX = 'c/';
const COUNT_PREFIX = 'q/';

/** Prefixes in code-unit order of the records that only lie on the disk, and may be many; the others are held in memory as well. */
const RESTING_PREFIXES = [ADMIN_PREFIX, EVENT_PREFIX, REFUSAL_PREFIX, ORDER_PREFIX, COUNT_PREFIX];
const RESTING = new Set(RESTING_PREFIXES);

/** Whether a record of a generation only lies on the disk. All these prefixes have two characters. */
export const isResting = (key: string) => RESTING.has(key.slice(0, 2));

const INDEX_DIGITS = 16;
const ID_DIGITS = 16;
const TIME_DIGITS = 16;
const PLACE_DIGITS = 4;

export const logKey = (index: number) => LOG_PREFIX + index.toString(16).padStart(INDEX_DIGITS, '0');
export const bookKey = (id: BookId) => BOOK_PREFIX + String(id).padStart(ID_DIGITS, '0');
export const orderKey = (orderId: Key) => ORDER_PREFIX + orderId;
/** Refused orders in the order of time. Without an order id, what lies before all of that millisecond. */
export const refusalKey = (at: number, orderId: Key | '') =>
  `${REFUSAL_PREFIX}${String(Math.max(0, at)).padStart(TIME_DIGITS, '0')}/${orderId}`;
/** The places of the remembered changes of a book are used in turn. */
export const eventKey = (id: BookId, place: number) =>
  `${EVENT_PREFIX}${String(id).padStart(ID_DIGITS, '0')}/${String(place).padStart(PLACE_DIGITS, '0')}`;
/** Names may be of any characters, and keys are ASCII. */
export const countKey = (id: BookId, customer: Customer) =>
  `${COUNT_PREFIX}${String(id).padStart(ID_DIGITS, '0')}/${hash('sha256', customer, 'base64url')}`;
export const topicRecordKey = (name: string) => TOPIC_PREFIX + name;
export const holdKey = (due: number, orderId: Key) =>
  `${HOLD_PREFIX}${String(due).padStart(TIME_DIGITS, '0')}/${orderId}`;
export const adminKey = (key: Key) => ADMIN_PREFIX + key;

/** The index in a log entry's key; `NaN` if it is not the key of one. */
export function logIndex(key: string): number {
  const digits = key.slice(LOG_PREFIX.length);
  return key === logKey(Number.parseInt(digits, 16)) ? Number.parseInt(digits, 16) : Number.NaN;
}

/** Where records of a generation lie that only lie on the disk. */
export const restingRanges = (generation: string): readonly Range[] =>
  RESTING_PREFIXES.map((prefix) => keysUnder(generation + prefix));

/** Where all its other records lie: before these ranges, between them, and behind. */
export function heldRanges(generation: string): readonly Range[] {
  const { gte, lt } = keysUnder(generation);
  const resting = restingRanges(generation);
  const starts = [gte, ...resting.map((range) => range.lt)];
  const ends = [...resting.map((range) => range.gte), lt];
  return starts.map((start, place) => ({ gte: start, lt: ends[place]! }));
}

/** Every key that starts with `prefix`. */
export function keysUnder(prefix: string): Range {
  const last = prefix.length - 1;
  return { gte: prefix, lt: prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1) };
}
