import * as z from 'zod';
import type { Book, BookChange, Order } from '../../runtime/domain.ts';
import { DamagedStoreError } from '../../storage/damage.ts';
import {
  APPLIED_KEY,
  GENERATION_KEY,
  generationPrefix,
  keysUnder,
  REFUSAL_PREFIX,
} from '../../storage/keys.ts';
import type { Position } from '../../storage/position.ts';
import { putSealed, readSealed, unseal } from '../../storage/sealed.ts';
import type { Range, Store, StoreOperation } from '../../storage/store.ts';
import type { RecordSums } from '../replica/state-machine.ts';
import type { Recorded } from './decision.ts';
import type { SetDigest } from './digest.ts';
import { type ChangedBook, hasOtherWords } from './edit-book.ts';
import { type LogTime, TIME_START } from './log-time.ts';
import type { KeyedText } from './overlay.ts';

/**
 * All records of an applied state lie under the prefix of one generation. A snapshot is taken in under another,
 * and writing `m/gen` makes that the one that counts.
 */
const Generation = z.int().min(1);
const FIRST_GENERATION = 1;

/** The prefixes of all generations start with it, and nothing else does. */
const ANY_GENERATION = keysUnder('g');

/**
 * The generation that counts. A new store is given its first one before anything else is written, so that a store
 * with records and without it has lost something.
 */
export async function currentGeneration(store: Store): Promise<number> {
  const generation = readSealed(store, GENERATION_KEY, Generation);
  if (generation !== undefined) return generation;
  for await (const _ of store.pages({ ...ANY_GENERATION, limit: 1 })) {
    throw new DamagedStoreError(store.location, 'it holds books and orders, but not which of them count');
  }
  await store.write([putGeneration(FIRST_GENERATION)]);
  return FIRST_GENERATION;
}

export function putGeneration(generation: number): StoreOperation {
  return putSealed(GENERATION_KEY, generation);
}

/** Where the records of all other generations lie: before this one's and after them. */
export function otherGenerations(generation: number): readonly Range[] {
  const own = keysUnder(generationPrefix(generation));
  return [
    { gte: ANY_GENERATION.gte, lt: own.gte },
    { gte: own.lt, lt: ANY_GENERATION.lt },
  ];
}

const Index = z.int().min(0);
const AppliedRecord = z.object({
  position: z.object({
    index: Index,
    term: Index,
    sum: z.int(),
    place: z.object({ cursor: Index, ordinal: Index }).optional(),
  }),
  digest: z.string(),
  checksum: Index.optional(),
  resting: Index.optional(),
  time: z
    .object({
      time: Index,
      at: z.int(),
      term: Index,
      keeper: z.object({ by: z.string(), ordinal: Index }).optional(),
    })
    .optional(),
});

/**
 * Up to where the records under `prefix` are applied, the time of the log there, and their digest and checksum: written
 * with them in one batch. Earlier versions wrote no checksum, or not which part of it is of records that only lie on the
 * disk, and no time.
 */
export function readApplied(store: Store, prefix: string): z.infer<typeof AppliedRecord> | undefined {
  return readSealed(store, prefix + APPLIED_KEY, AppliedRecord);
}

/** The same, for a state that has been loaded or made by this version, which has its checksum written. */
export function readPlace(store: Store, prefix: string): ({ position: Position } & RecordSums) | undefined {
  const { position, digest, checksum } = readApplied(store, prefix) ?? {};
  return position && digest !== undefined && checksum !== undefined
    ? { position, digest, checksum }
    : undefined;
}

export function putApplied(
  prefix: string,
  position: Position,
  digest: SetDigest,
  time: LogTime,
): StoreOperation {
  const { checksum, resting } = digest;
  const record: z.infer<typeof AppliedRecord> = { position, digest: digest.toString(), checksum, resting };
  if (time !== TIME_START) record.time = time;
  return putSealed(prefix + APPLIED_KEY, record);
}

/** The time of the log in a record as `putApplied` gives it. */
export function timeIn(store: Store, text: string): LogTime {
  return unseal(store.location, APPLIED_KEY, text, AppliedRecord).time ?? TIME_START;
}

/** Whether a record is in the digest. The index of refusals is not: it follows from the orders. */
export function isDigested(key: string): boolean {
  return key !== APPLIED_KEY && !key.startsWith(REFUSAL_PREFIX);
}

/** The book of a record. A damaged text may be none; the digest of all records does not agree with it either. */
export function readBook(text: string): Book | undefined {
  try {
    const book = JSON.parse(text);
    const isBook =
      Number.isSafeInteger(book.id) && typeof book.title === 'string' && typeof book.topic === 'string';
    return isBook ? book : undefined;
  } catch {
    return undefined;
  }
}

/** The key of a topic, and the log index at which its list changed last otherwise than by a new book. */
const TopicRecord = z.tuple([z.string(), z.int().min(0)]);

/** As `readBook`, of a topic. */
export function readTopic(text: string): z.infer<typeof TopicRecord> | undefined {
  return TopicRecord.safeParse(parsed(text)).data;
}

/** Characters that the numbers and names of a book's record take, or a little more. */
const BOOK_FRAME = 300;

/** About the length of a book's record, without writing it. */
export function bookLength({ title, topic, authors }: Book): number {
  return title.length + topic.length + (authors?.length ?? 0) + BOOK_FRAME;
}

/**
 * Bytes that an order has outside, at most. Its record holds more than the order, but amounts are longer outside: by
 * five bytes a line, of which none has less than 43; and so are the times and amounts of events.
 */
export function outsideBytes([, text]: KeyedText): number {
  const events = text.split(EVENT).length - 1;
  return Math.ceil((Buffer.byteLength(text) * 9) / 8) + events * LONGER_EVENT;
}

const EVENT = '{"what":';
/** By how much a time in words is longer than one in ms, and an amount in its currency. */
const LONGER_EVENT = 13 + 5;

/** The order that was recorded under an order id. */
export function orderOf({ result }: Recorded): Order {
  if (result.kind !== 'order') throw new Error(`the record of an order holds the result of ${result.kind}`);
  return result.order;
}

/** A book's state for the commit feed; with its topic where it is new. */
export function asChange({ id, stock, price, version, added, topic, held }: Book, at: number): BookChange {
  const change: BookChange = { id, stock, price, version, at };
  if (version === added) change.topic = topic;
  if (held !== undefined) change.held = held;
  return change;
}

/** The same of a book that was changed: with its topics, where its words are other ones now. */
export function asChangeOfWords({ before, after }: ChangedBook, at: number): BookChange {
  const change = asChange(after, at);
  if (!hasOtherWords(before, after)) return change;
  const retired = after.retired && { retired: after.retired };
  return { ...change, topic: after.topic, formerTopics: [before.topic], ...retired };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
