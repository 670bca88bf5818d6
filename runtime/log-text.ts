import pc from 'picocolors';
import type { DestinationStream } from 'pino';
import { plainLines } from './plain.ts';

/**
 * Log lines for people: `12:04:31 catalog-2 leads (term 3)` instead of JSON. Only the shape differs; what is
 * logged, and where to (standard error), is the same.
 */

/** `text` is for people, `json` for programs. */
export type LogFormat = 'text' | 'json';

const LEVELS: Readonly<Record<number, string>> = {
  40: pc.yellow('warning '),
  50: pc.red('error '),
  60: pc.red('fatal '),
};
const NOT_SHOWN = new Set(['level', 'time', 'node', 'msg', 'err', 'happening']);

/** One line of pino's JSON as a short text line; what is not pino's is given back as it is. */
export function textOf(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  const time = pc.dim(new Date(String(record.time)).toTimeString().slice(0, 8));
  const facts = Object.entries(record)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(
      ([name, value]) => `${name}=${plainLines(typeof value === 'string' ? value : JSON.stringify(value))}`,
    );
  const fault = faultOf(record.err);
  const text = [plainLines(String(record.msg ?? '')), pc.dim(facts.join(' ')), fault]
    .filter(Boolean)
    .join(' ');
  return `${time} ${pc.cyan(String(record.node))} ${LEVELS[Number(record.level)] ?? ''}${text}\n`;
}

function faultOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  return `\n${plainLines(String(stack ?? message ?? ''))}`;
}

/** Where a logger writes: `undefined` is its own JSON on standard error. */
export function logDestination(format: LogFormat): DestinationStream | undefined {
  if (format === 'json') return undefined;
  return { write: (line) => void process.stderr.write(textOf(line)) };
}
