import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import type { OuterLog, OuterLogSurroundings } from './outer-log.ts';
import type { PaymentSurroundings, SimulatedPayments } from './payments.ts';

/** How rough a run is; fault rates are drawn within it. */
export type Roughness = 'calm' | 'breeze' | 'storm';

/** Everything about a run that its seed decides before it begins. */
export interface Plan {
  readonly seed: number;
  readonly roughness: Roughness;
  readonly catalogs: number;
  readonly orders: number;
  readonly gateways: number;
  readonly redis: boolean;
  readonly limits: Limits;
  readonly books: number;
  readonly stock: number;
  readonly clients: number;
  /** Clients beside them that use the client library, over its own connections. */
  readonly libraryClients: number;
  /** Those follow all events of the store, too. */
  readonly follows: boolean;
  /** Clients that shelve books into topics and read topics, books and orders by pages. */
  readonly librarians: number;
  /** Clients that adjust stock, retire books and bring them back, and move one between topics. */
  readonly keepers: number;
  /** Connections of the client library that ask for nothing but the largest pages. */
  readonly pageReaders: number;
  /** Simulated milliseconds that a node computes for each KiB that it sends, takes or writes. */
  readonly cpuMsPerKiB: number;
  /** Lines of a cart at most. */
  readonly largestCart: number;
  /** Share of the clients' purchases that are held first. */
  readonly holds: number;
  /** Share of what was bought that its buyer takes back, in whole or in part. */
  readonly cancellations: number;
  /** Customers by whose names all is bought, with a limit for each; 0 for a store without limits. */
  readonly customers: number;
  /** Mean simulated milliseconds between two operations of one client. */
  readonly thinkMs: number;
  /** Clients bring the version that they were told along with their reads, whichever gateway they ask. */
  readonly carriesVersions: boolean;
  /** Share of the clients' operations that are strong reads. */
  readonly strongReads: number;
  /** Mean simulated milliseconds between two deliveries of many new books; never if infinite. */
  readonly supplyEveryMs: number;
  /** Books of one delivery at most, and of all deliveries together. */
  readonly mostDelivered: number;
  readonly mostSupplied: number;
  /** Simulated milliseconds with faults, and afterwards without. */
  readonly faultsMs: number;
  readonly healedMs: number;
  /**
   * Simulated milliseconds that the store lives before it is put back to a copy from their beginning, while its
   * Redis stays; 0 for a store that is never put back.
   */
  readonly lostMs: number;
  /**
   * Not the whole store is put back, but one catalog's folder: beside others that are up to date, or beside one that
   * lacks what was committed since, with which it would be a majority.
   */
  readonly lostFolder?: 'beside equals' | 'beside one behind';
  /** Mean simulated milliseconds between two faults. */
  readonly faultEveryMs: number;
  /** Disks may fail for good and be replaced. */
  readonly failingDisks: boolean;
  /** Disks may fill up, one or all at once, and have room again. */
  readonly fullDisks: boolean;
  /** The only faults that come, by their names in `nemesis.ts`; all of them if left out. */
  readonly faults?: readonly string[];
  /** The only gateway that changes go through; any of them if left out. */
  readonly writeVia?: string;
  /** Simulated milliseconds after which every default read must show a change, whatever its `Age` says. */
  readonly freshWithinMs?: number;
  readonly latencyMs: number;
  readonly dropRate: number;
  readonly duplicateRate: number;
  readonly diskMs: number;
  /** Simulated milliseconds of the longest sync while disks are slow. */
  readonly slowestSyncMs: number;
  /** The longest time in simulated milliseconds that may pass with faults and without a decided purchase. */
  readonly longestDroughtMs?: number;
  /** The longest time in simulated milliseconds that a purchase may take to be decided. */
  readonly slowestPurchaseMs?: number;
  /**
   * Simulated milliseconds after which a catalog that was wiped, and left alone since, is so near to the others that
   * their logs suffice.
   */
  readonly catchUpMs?: number;
  /** Terms that may be opened during the faults. */
  readonly maxNewTerms?: number;
  /** Opens an engine that orders the log (`outer-log.ts`), in the place of the catalogs' own. */
  readonly log?: (surroundings: OuterLogSurroundings) => OuterLog;
  /** Opens a payment service, which purchases are then paid through (`payments.ts`). */
  readonly payments?: (surroundings: PaymentSurroundings) => SimulatedPayments;
}

/** What came into plans later, by a chance of its own: plans without it stay what they were. */
const LATER_SALT = 0x6c696272;

export function drawPlan(seed: number, random: Random): Plan {
  const later = seededRandom(seed ^ LATER_SALT);
  const libraryClients = later.next() < 0.25 ? 1 + later.integer(3) : 0;
  const librarians = later.next() < 0.15 ? 1 : 0;
  const withCpu = later.next() < 0.15;
  const withLargeCarts = later.next() < 0.15;
  const holds = later.next() < 0.4 ? 0.2 + later.next() * 0.6 : 0;
  const keepers = later.next() < 0.25 ? 1 : 0;
  const cancellations = later.next() < 0.3 ? 0.2 + later.next() * 0.5 : 0;
  const customers = later.next() < 0.15 ? 2 + later.integer(6) : 0;
  const carriesVersions = later.next() < 0.25;
  const follows = later.next() < 0.5;
  const pick = <T>(...choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const between = (low: number, high: number) => low + random.integer(high - low + 1);
  const roughness = pick<Roughness>('calm', 'breeze', 'breeze', 'storm', 'storm');
  const calm = roughness === 'calm';
  const lossy = roughness === 'storm' && random.next() < 0.5;
  return {
    seed,
    roughness,
    catalogs: pick(1, 2, 3, 3, 3, 3, 3, 5),
    orders: between(1, 2),
    gateways: between(1, 2),
    redis: random.next() < 0.7,
    limits: smallPages(random.next() < 0.6 ? tinyLimits(between) : DEFAULT_LIMITS, librarians > 0),
    books: pick(1, 2, 3, 20),
    stock: pick(5, 30, 200),
    clients: between(2, 6),
    libraryClients,
    follows,
    librarians,
    keepers,
    pageReaders: 0,
    cpuMsPerKiB: withCpu ? 0.1 : 0,
    largestCart: withLargeCarts ? 100 : 3,
    holds,
    cancellations,
    customers,
    carriesVersions,
    thinkMs: pick(50, 150, 400),
    strongReads: 0.1,
    supplyEveryMs: pick(1_000, 3_000, Number.POSITIVE_INFINITY),
    mostDelivered: 30,
    mostSupplied: 300,
    faultsMs: between(8_000, 16_000),
    healedMs: 8_000,
    // In every other calm run followers leave and come back, which is no reason to elect anybody.
    faults: calm ? ['disturb a follower'] : undefined,
    faultEveryMs: calm
      ? seed % 2 === 0
        ? 2_500
        : Number.POSITIVE_INFINITY
      : roughness === 'breeze'
        ? between(1_500, 4_000)
        : between(300, 1_200),
    latencyMs: calm ? 2 : pick(2, 10, 40),
    dropRate: lossy ? random.next() * 0.02 : 0,
    duplicateRate: lossy ? random.next() * 0.02 : 0,
    diskMs: calm ? 1 : pick(0.5, 3, 20),
    slowestSyncMs: 2_000,
    failingDisks: seed % 4 === 0,
    fullDisks: seed % 3 === 0,
    lostMs: random.next() < 0.15 ? between(1_000, 4_000) : 0,
  };
}

/** Pages of a few orders, and frames that take little more: whole lists and snapshots are far larger. */
export function smallPages(limits: Limits, small: boolean): Limits {
  if (!small) return limits;
  return {
    ...limits,
    maxFrameBytes: 64 * 1024,
    maxPageBytes: 8 * 1024,
    lightAnswerBytes: 4 * 1024,
    maxBytesPerAppend: Math.min(limits.maxBytesPerAppend, 16 * 1024),
    snapshotChunkBytes: Math.min(limits.snapshotChunkBytes, 16 * 1024),
  };
}

/** Bounds so small that compaction, snapshots, feed gaps, evictions and overload happen all the time. */
function tinyLimits(between: (low: number, high: number) => number): Limits {
  return {
    ...DEFAULT_LIMITS,
    maxEntriesPerAppend: between(1, 8),
    maxBytesPerAppend: between(200, 2_000),
    maxEntriesInFlight: between(2, 20),
    maxBytesInFlight: between(500, 5_000),
    maxUncommittedEntries: between(5, 40),
    maxUncommittedBytes: between(2_000, 20_000),
    maxBatchOperations: between(2, 20),
    maxBatchBytes: between(500, 5_000),
    maxAppliedPerTurn: between(1, 10),
    maxAppliedBytesPerTurn: between(200, 2_000),
    keptEntries: between(3, 40),
    keptBytes: between(500, 20_000),
    snapshotChunkBytes: between(200, 2_000),
    snapshotChunkRecords: between(1, 10),
    snapshotTicks: between(20, 80),
    feedEntries: between(3, 40),
    maxSubmissions: between(5, 50),
    cacheEntries: between(2, 20),
    recentKeys: between(2, 20),
    maxPendingReads: between(5, 50),
    maxPendingAsks: between(20, 100),
    checkPageRecords: 5,
    checkTurnMs: 0,
    checkRestMs: 20,
  };
}
