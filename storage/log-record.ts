import { crc32 } from 'node:zlib';
import { Entry } from '../runtime/messages.ts';

/** An entry in its place in the log. */
export interface LogEntry extends Entry {
  readonly index: number;
  /** The checksum chain up to and with this entry. */
  readonly sum: number;
  /** Characters of its record on disk; what the log's sizes are counted in. */
  readonly bytes: number;
}

/**
 * An entry's record on disk is the JSON array `[term, at, command, sum]`. `sum` is the CRC-32 of the text of
 * `[term, at, command]`, seeded with the sum of the entry before: a chain, in which a record that was altered,
 * lost or put into another place breaks the next link. All replicas write the same text for the same entry, since
 * JSON keeps the order of properties on its way from the leader, so their chains are equal too.
 */
export function encodeEntry(
  { term, at, command }: Entry,
  index: number,
  previousSum: number,
): { entry: LogEntry; record: string } {
  const payload = JSON.stringify([term, at, command]);
  const sum = crc32(payload, previousSum);
  const record = `${payload.slice(0, -1)},${sum}]`;
  return { entry: { term, at, command, index, sum, bytes: record.length }, record };
}

/** The entry of a record; `undefined` if it does not continue the chain or is no entry. */
export function decodeEntry(record: string, index: number, previousSum: number): LogEntry | undefined {
  const cut = record.lastIndexOf(',');
  const payload = `${record.slice(0, cut)}]`;
  const sum = crc32(payload, previousSum);
  if (cut < 0 || record.slice(cut) !== `,${sum}]`) return undefined;
  const [term, at, command] = JSON.parse(payload);
  if (!Entry.safeParse({ term, at, command }).success) return undefined;
  return { term, at, command, index, sum, bytes: record.length };
}
