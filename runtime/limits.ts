import { type Bound, defaultsOf, KIB, MIB } from './bounds/bound.ts';
import { CLIENT_BOUNDS } from './bounds/client-bounds.ts';
import { GATEWAY_BOUNDS } from './bounds/gateway-bounds.ts';
import { LINK_BOUNDS } from './bounds/link-bounds.ts';
import { LOG_BOUNDS } from './bounds/log-bounds.ts';
import { ORDER_BOUNDS } from './bounds/order-bounds.ts';
import { PROCESS_BOUNDS } from './bounds/process-bounds.ts';
import { REPLICATION_BOUNDS } from './bounds/replication-bounds.ts';
import { WATCH_BOUNDS } from './bounds/watch-bounds.ts';

/**
 * Every bound of the store. `--help` and the README print this table. All of them are options: a node takes a
 * `Limits`, and the simulation hands out tiny ones so that overload and compaction happen often.
 */
export const BOUNDS = {
  ...CLIENT_BOUNDS,
  ...LINK_BOUNDS,
  ...REPLICATION_BOUNDS,
  ...LOG_BOUNDS,
  ...ORDER_BOUNDS,
  ...GATEWAY_BOUNDS,
  ...PROCESS_BOUNDS,
  ...WATCH_BOUNDS,
};

/** The bounds of one node; any of them may have been given another value. */
export type Limits = { readonly [Name in keyof typeof BOUNDS]: number };

export const DEFAULT_LIMITS: Limits = defaultsOf(BOUNDS);

/** A bound in words: `10 s a client may take to send a whole WebSocket message`. */
export function boundText({ value, meaning }: Bound): string {
  const [unit = '', ...rest] = meaning.split(' ');
  return [...inLargeUnits(value, unit), ...rest].join(' ');
}

function inLargeUnits(value: number, unit: string): readonly string[] {
  if (unit === 'bytes' && value % MIB === 0) return [`${value / MIB} MiB`];
  if (unit === 'bytes' && value % KIB === 0) return [`${value / KIB} KiB`];
  if (unit === 'ms' && value % 3_600_000 === 0) return [`${value / 3_600_000} h`];
  if (unit === 'ms' && value % 1_000 === 0) return [`${value / 1_000} s`];
  return [value.toLocaleString('en'), unit];
}
