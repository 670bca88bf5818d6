import { UsageError } from '../../runtime/command-line.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** The ms in a time like `30s`, `10m` or `2h`, within bounds. */
export function readDuration(text: string, name: string, leastMs: number, mostMs: number): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? 0);
  if (ms >= leastMs && ms <= mostMs) return ms;
  const range = `${leastMs / 1_000} s to ${mostMs / UNITS.h!} h`;
  throw new UsageError(`${name} must be a time from ${range}, like 30s, 10m or 2h, not "${text}"`);
}
