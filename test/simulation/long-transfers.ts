import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Plan } from './plan.ts';

/**
 * A follower gets the whole state in many small chunks, while far more entries are committed than the log keeps
 * for a transfer under way.
 */
export function underLongTransfers(plan: Plan): Plan {
  return {
    ...plan,
    roughness: 'breeze',
    catalogs: 3,
    clients: 6,
    thinkMs: 50,
    books: 20,
    stock: 200,
    supplyEveryMs: 50,
    limits: { ...DEFAULT_LIMITS, keptEntries: 2, snapshotChunkRecords: 10 },
    faults: ['wipe a disk'],
    faultEveryMs: 2_000,
    faultsMs: 20_000,
    catchUpMs: 10_000,
    latencyMs: 10,
    dropRate: 0,
    duplicateRate: 0,
    diskMs: 3,
    lostMs: 0,
  };
}
