import { clients } from './clients.ts';
import { faults } from './faults.ts';
import { processLife } from './process-life.ts';
import { purchases } from './purchases.ts';
import { reads } from './reads.ts';
import { replicas } from './replicas.ts';
import type { Scenario } from './scenario.ts';
import { shapes } from './shapes.ts';
import { sizes } from './sizes.ts';

/** Every scenario, in the order in which they run; what shares a store stands together. */
export const SCENARIOS: readonly Scenario[] = [
  ...processLife,
  ...reads,
  ...purchases,
  ...clients,
  ...replicas,
  ...shapes,
  ...faults,
  ...sizes,
];
