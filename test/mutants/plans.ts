import type { Plan } from '../simulation/plan.ts';

/** Ways to alter a seed's plan, so that it comes to what a mutant gets wrong more often than most seeds do. */

/** More than one catalog, and never calm. */
export function rough(plan: Plan): Plan {
  return {
    ...plan,
    catalogs: Math.max(3, plan.catalogs),
    roughness: 'storm',
    faultEveryMs: Math.min(plan.faultEveryMs, 1_500),
  };
}
