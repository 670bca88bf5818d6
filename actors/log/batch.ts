import { crc32 } from 'node:zlib';
import { LOG_LEVEL, type LogBatch } from './command-log.ts';

/**
 * A batch as text: eight hexadecimal digits, the CRC-32 of what follows, and then JSON. A text that is not what was
 * written is recognised; one of a higher level is recognised before its commands are read.
 */
const SUM_DIGITS = 8;

export type DecodedBatch<Command> =
  | {
      readonly kind: 'batch';
      readonly batch: LogBatch<Command>;
      readonly sum: number;
      readonly bytes: number;
    }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'newer'; readonly level: number };

export function encodeBatch({ id, level, at, seen, commands }: LogBatch): string {
  const text = JSON.stringify({ level, id, at, seen, commands });
  return digitsOf(crc32(text)) + text;
}

export function decodeBatch<Command>(encoded: string): DecodedBatch<Command> {
  const text = encoded.slice(SUM_DIGITS);
  const sum = crc32(text);
  if (!encoded.startsWith(digitsOf(sum))) return { kind: 'damaged' };
  const batch = parsed(text) as LogBatch<Command> | null | undefined;
  // The sum is right, so another hand has written it.
  if (typeof batch?.level !== 'number') return { kind: 'damaged' };
  if (batch.level > LOG_LEVEL) return { kind: 'newer', level: batch.level };
  return { kind: 'batch', batch, sum, bytes: encoded.length };
}

function digitsOf(sum: number): string {
  return sum.toString(16).padStart(SUM_DIGITS, '0');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
