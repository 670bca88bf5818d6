import { crc32 } from 'node:zlib';
import type { Command } from '../runtime/domain.ts';
import { Entry } from '../runtime/messages.ts';

/** The record of a log entry on disk, and the checksum chain that runs through the records. */

/** An entry in its place in the log. */
export interface LogEntry extends Entry {
  readonly index: number;
  /** The checksum chain up to and with this entry. */
  readonly sum: number;
  /** Characters of its record on disk; what the log's sizes are counted in. */
  readonly bytes: number;
  /** Characters of all records up to and with this one, counted from where this process began. */
  readonly end: number;
}

/** What an entry needs to know of the one before it. */
export type Before = Pick<LogEntry, 'sum' | 'end'>;

/**
 * An entry's record on disk is the JSON array `[term, at, command, sum]`. `sum` is the CRC-32 of the text of
 * `[term, at, command]`, seeded with the sum of the entry before: a chain, in which a record that was altered,
 * lost or put into another place breaks the next link. All replicas write the same text for the same entry, since
 * JSON keeps the order of properties on its way from the leader, so their chains are equal too.
 */
export function encodeEntry(
  { term, at, command }: Entry,
  index: number,
  before: Before,
): { entry: LogEntry; record: string } {
  const payload = JSON.stringify([term, at, command]);
  const sum = crc32(payload, before.sum);
  const record = `${payload.slice(0, -1)},${sum}]`;
  const bytes = record.length;
  return { entry: { term, at, command, index, sum, bytes, end: before.end + bytes }, record };
}

/**
 * The entry of a record; `undefined` if it does not continue the chain, and `newer` if it does and is no entry that this
 * program knows: the checksum says that it was written like that.
 */
export function decodeEntry(record: string, index: number, before: Before): LogEntry | 'newer' | undefined {
  const cut = record.lastIndexOf(',');
  const payload = `${record.slice(0, cut)}]`;
  const sum = crc32(payload, before.sum);
  if (cut < 0 || record.slice(cut) !== `,${sum}]`) return undefined;
  const [term, at, command] = JSON.parse(payload);
  if (!Entry.safeParse({ term, at, command }).success) return 'newer';
  const bytes = record.length;
  return { term, at, command, index, sum, bytes, end: before.end + bytes };
}

/** Characters that a record takes beside its texts, and those of a book or a line in it, or a little more. */
const RECORD_FRAME = 120;
const BOOK_FRAME = 100;
const LINE_FRAME = 50;

interface Texts {
  readonly title?: string | undefined;
  readonly topic?: string | undefined;
  readonly authors?: string | null | undefined;
}

/** About the length of a command's record, without writing it. */
export function approximateBytes(command: Command): number {
  const frame = RECORD_FRAME + command.key.length + command.requestId.length;
  if ('lines' in command) return frame + (command.lines?.length ?? 0) * LINE_FRAME;
  const books: readonly Texts[] =
    command.kind === 'addBooks' ? command.books : command.kind === 'changeBooks' ? command.changes : [];
  return books.reduce(
    (sum, { title = '', topic = '', authors }) =>
      sum + title.length + topic.length + (authors?.length ?? 0) + BOOK_FRAME,
    frame,
  );
}
