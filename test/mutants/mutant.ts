import type { Plan } from '../simulation/plan.ts';

/** A deliberate bug, and how soon the simulation has to notice it. */
export interface Mutant {
  readonly name: string;
  /** Why it is dangerous. */
  readonly harm: string;
  readonly swaps: readonly Swap[];
  /** The simulation must catch it within seeds 1 to this one. */
  readonly seeds: number;
  /** The test file that must catch it instead, where the simulation has no part like the one it changes. */
  readonly test?: string;
  /** Alters each seed's plan, where what provokes the bug is rare otherwise. */
  readonly change?: (plan: Plan) => Plan;
}

/** Whole lines of one file and what stands there instead; how far they are indented does not matter. */
export interface Swap {
  /** Path from the project's root. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}
