import { purchases } from './purchases.ts';
import { reads } from './reads.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [...reads, ...purchases];
