import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Plan } from './plan.ts';

/** The one fault that comes, and what must go on meanwhile. */
export interface SlowDisks
  extends Partial<
    Pick<Plan, 'diskMs' | 'faultEveryMs' | 'slowestSyncMs' | 'longestDroughtMs' | 'maxNewTerms'>
  > {
  readonly fault: string;
}

/** Three catalogs on a good network whose trouble is their disks. */
export function underSlowDisks({ fault, ...more }: SlowDisks): (plan: Plan) => Plan {
  return (plan) => ({
    ...plan,
    roughness: 'breeze',
    catalogs: 3,
    clients: 3,
    thinkMs: 100,
    holds: 0,
    cancellations: 0,
    customers: 0,
    limits: DEFAULT_LIMITS,
    faults: [fault],
    faultEveryMs: 3_000,
    faultsMs: 15_000,
    latencyMs: 2,
    dropRate: 0,
    duplicateRate: 0,
    diskMs: 3,
    ...more,
  });
}
