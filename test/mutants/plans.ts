import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { Plan } from '../simulation/plan.ts';

/** Three catalogs under busy clients, and of all faults only these: what one mutant gets wrong comes up often. */
export function under(faults: readonly string[], more: Partial<Plan> = {}): (plan: Plan) => Plan {
  return (plan) => ({
    ...plan,
    roughness: 'storm',
    catalogs: 3,
    clients: 6,
    thinkMs: 50,
    faults,
    faultEveryMs: 700,
    ...more,
  });
}

/** Mostly strong reads, through two gateways, with little to wait for. */
export function strongReadsUnder(faults: readonly string[], more: Partial<Plan> = {}): (plan: Plan) => Plan {
  return under(faults, {
    gateways: 2,
    orders: 2,
    books: 20,
    stock: 200,
    clients: 8,
    strongReads: 0.6,
    latencyMs: 2,
    diskMs: 1,
    faultEveryMs: 1_200,
    limits: DEFAULT_LIMITS,
    ...more,
  });
}

/** Deliveries of many books and batches that carry few effects: what is committed is often not applied yet. */
export function slicesUnder(faults: readonly string[], more: Partial<Plan> = {}): (plan: Plan) => Plan {
  return under(faults, {
    supplyEveryMs: 300,
    diskMs: 20,
    limits: limits({ maxBatchOperations: 8 }),
    ...more,
  });
}

/**
 * A catalog is cut off from the other catalogs and from nobody else. One gateway is only read through, so that
 * nothing but the feed tells it of changes; it must notice when the feed is that of the catalog cut off.
 */
export const cutOffFromCatalogs = under(['cut off a catalog'], {
  gateways: 2,
  orders: 2,
  redis: false,
  books: 3,
  stock: 200,
  strongReads: 0,
  writeVia: 'gateway-2',
  freshWithinMs: 3_000,
  latencyMs: 2,
  diskMs: 1,
  dropRate: 0,
  duplicateRate: 0,
  faultEveryMs: 2_500,
  limits: DEFAULT_LIMITS,
});

/** A calm run in which followers leave and come back, one at a time. */
export function followersReturn(plan: Plan): Plan {
  return {
    ...plan,
    roughness: 'calm',
    catalogs: 3,
    latencyMs: 2,
    diskMs: 1,
    dropRate: 0,
    duplicateRate: 0,
    faults: ['disturb a follower'],
    faultEveryMs: 1_500,
  };
}

/** Disks fill up, alone and all at once, and have room again; processes are killed beside that. */
export const fullDisks = under(['fill a disk', 'fill all disks', 'kill any'], {
  fullDisks: true,
  clients: 3,
  thinkMs: 100,
});

/** The default limits but for these. */
export function limits(changed: Partial<Limits>): Limits {
  return { ...DEFAULT_LIMITS, ...changed };
}
