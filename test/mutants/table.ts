import { ANSWER_MUTANTS } from './answers.ts';
import { BOUND_MUTANTS } from './bounds.ts';
import { CANCELLATION_MUTANTS } from './cancellations.ts';
import { ELECTION_MUTANTS } from './elections.ts';
import { EVENT_MUTANTS } from './events.ts';
import { HOLD_MUTANTS } from './holds.ts';
import { LIBRARY_MUTANTS } from './library.ts';
import type { Mutant } from './mutant.ts';
import { OUTER_LOG_MUTANTS } from './outer-log.ts';
import { PAYMENT_MUTANTS } from './payments.ts';
import { REPLICATION_MUTANTS } from './replication.ts';
import { SNAPSHOT_MUTANTS } from './snapshots.ts';

/** Every deliberate bug. Each is switched on alone, and the simulation has to catch each. */
export const MUTANTS: readonly Mutant[] = [
  ...ELECTION_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...SNAPSHOT_MUTANTS,
  ...ANSWER_MUTANTS,
  ...BOUND_MUTANTS,
  ...LIBRARY_MUTANTS,
  ...EVENT_MUTANTS,
  ...HOLD_MUTANTS,
  ...CANCELLATION_MUTANTS,
  ...PAYMENT_MUTANTS,
  ...OUTER_LOG_MUTANTS,
];

export function mutantNamed(name: string | undefined): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (!mutant)
    throw new Error(`there is no mutant ${name}; there are ${MUTANTS.map((one) => one.name).join(', ')}`);
  return mutant;
}
