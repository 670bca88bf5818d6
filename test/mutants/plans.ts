import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { withPayments } from '../simulation/payments.ts';
import { type Plan, smallPages } from '../simulation/plan.ts';

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

/** Nearly everybody holds before buying, and all clocks are off. */
export function holdsUnder(faults: readonly string[], more: Partial<Plan> = {}): (plan: Plan) => Plan {
  return under(faults, { holds: 0.9, books: 3, stock: 200, clients: 8, latencyMs: 5, diskMs: 2, ...more });
}

/**
 * All is paid for, and much taken back, through a service that is as bad as can be; holds are short, and order replicas die.
 * `bounds`: other ones than the plan of the payments draws.
 */
export const paymentsUnder =
  (faults: readonly string[], bounds: Partial<Limits> = {}) =>
  (plan: Plan): Plan => {
    const changed = withPayments(
      under(faults, {
        orders: 2,
        holds: 0,
        cancellations: 0.5,
        books: 3,
        stock: 200,
        clients: 8,
        latencyMs: 5,
        diskMs: 2,
        limits: limits({ keptEntries: 10 }),
      })(plan),
    );
    return { ...changed, limits: { ...changed.limits, ...bounds } };
  };

/** A service is asked at once for all that is held, however slow it is, and not for long: holds end while they are paid for. */
export const AS_MUCH_AS_IS_HELD: Partial<Limits> = {
  paymentHoldMs: 1_000,
  paymentsAtFirst: 1_000,
  paymentQueueMs: Number.POSITIVE_INFINITY,
};

/** Customers with a limit take back most of what they have bought or held. */
export function cancellationsUnder(
  faults: readonly string[],
  more: Partial<Plan> = {},
): (plan: Plan) => Plan {
  return holdsUnder(faults, { holds: 0.3, cancellations: 0.8, customers: 6, keepers: 0, ...more });
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

/** The client library as the client, whose connections break all the time. */
export function libraryUnder(faults: readonly string[] = []): (plan: Plan) => Plan {
  return under(['reset a client', 'cut off a client', 'kill any', ...faults], {
    libraryClients: 3,
    follows: false,
    clients: 2,
    books: 3,
    stock: 200,
    faultEveryMs: 500,
    dropRate: 0,
    duplicateRate: 0,
  });
}

/**
 * The client library follows the events of orders and books, which keepers change and buyers take back. Pages are short, so that there
 * are many places to go on from.
 */
export const followedUnder =
  (faults: readonly string[] = []) =>
  (plan: Plan): Plan => {
    const changed = libraryUnder(faults)(plan);
    return {
      ...changed,
      follows: true,
      keepers: 1,
      holds: 0.3,
      cancellations: 0.3,
      limits: { ...changed.limits, defaultPage: 5 },
    };
  };

/** The folder of one catalog is put back from an earlier copy while the store stands still. */
export const folderPutBack =
  (lostFolder: NonNullable<Plan['lostFolder']>) =>
  (plan: Plan): Plan => ({
    ...plan,
    roughness: 'breeze',
    catalogs: 3,
    lostFolder,
    lostMs: 3_000,
    faultEveryMs: Number.POSITIVE_INFINITY,
    faultsMs: 3_000,
    dropRate: 0,
    duplicateRate: 0,
  });

/** Carts of up to 100 lines, and lists far larger than a page and a frame, read page by page. */
export function longLists(plan: Plan): Plan {
  return {
    ...under(['kill any', 'reset a link', 'pause any', 'isolate'], {
      librarians: 2,
      largestCart: 100,
      clients: 4,
      books: 20,
      stock: 5_000,
      mostSupplied: 400,
      faultEveryMs: 1_500,
      limits: smallPages(DEFAULT_LIMITS, true),
    })(plan),
  };
}

/**
 * Nobody fails, and many ask for the largest pages: with small pages and a slow processor, what a catalog can make of
 * them in a second keeps it busy for less than half of it.
 */
export const readersOfPages = (plan: Plan): Plan => ({
  ...plan,
  roughness: 'breeze',
  catalogs: 3,
  orders: 1,
  gateways: 1,
  redis: false,
  clients: 3,
  thinkMs: 100,
  books: 20,
  stock: 5_000,
  largestCart: 100,
  supplyEveryMs: 100,
  mostDelivered: 20,
  mostSupplied: 200,
  pageReaders: 40,
  cpuMsPerKiB: 2,
  faults: [],
  faultEveryMs: Number.POSITIVE_INFINITY,
  faultsMs: 10_000,
  lostMs: 0,
  latencyMs: 2,
  dropRate: 0,
  duplicateRate: 0,
  diskMs: 2,
  maxNewTerms: 0,
  slowestPurchaseMs: 500,
  limits: limits({ maxPageBytes: 16 * 1024, pageBytesPerSecond: 128 * 1024 }),
});

/** Sixty clients before bounds for a few: what waits without one shows at once. */
export const crowdUnder = (faults: readonly string[], changed: Partial<Limits> = {}) =>
  under(faults, {
    clients: 60,
    thinkMs: 100,
    diskMs: 150,
    books: 20,
    stock: 200,
    strongReads: 0.3,
    latencyMs: 10,
    faultEveryMs: 1_000,
    faultsMs: 8_000,
    lostMs: 0,
    limits: limits({
      maxSubmissions: 12,
      maxPendingAsks: 30,
      maxPendingReads: 6,
      maxOutboxBytes: 24_000,
      maxEntriesInFlight: 8,
      maxBytesInFlight: 4_000,
      maxBytesPerAppend: 2_000,
      maxUncommittedEntries: 40,
      maxBatchOperations: 20,
      keptEntries: 10,
      snapshotChunkBytes: 2_000,
      ...changed,
    }),
  });

/** The default limits but for these. */
export function limits(changed: Partial<Limits>): Limits {
  return { ...DEFAULT_LIMITS, ...changed };
}
