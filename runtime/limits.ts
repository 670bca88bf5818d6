import { defaultsOf } from './bounds/bound.ts';
import { CLIENT_BOUNDS } from './bounds/client-bounds.ts';
import { GATEWAY_BOUNDS } from './bounds/gateway-bounds.ts';
import { LINK_BOUNDS } from './bounds/link-bounds.ts';
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
  ...ORDER_BOUNDS,
  ...GATEWAY_BOUNDS,
  ...PROCESS_BOUNDS,
  ...WATCH_BOUNDS,
};

/** The bounds of one node; any of them may have been given another value. */
export type Limits = { readonly [Name in keyof typeof BOUNDS]: number };

export const DEFAULT_LIMITS: Limits = defaultsOf(BOUNDS);
