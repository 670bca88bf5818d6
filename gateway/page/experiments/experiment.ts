import type { Measured } from './measured.ts';
import type { Trial } from './trial.ts';

/** One figure of the report, measured anew at this store. */
export interface Experiment {
  /** In its address and in the names of its files. */
  readonly name: string;
  readonly title: string;
  /** What will be asked of the store. */
  readonly does: string;
  /** It changes a book of its own, which takes the admin token. */
  readonly isWriting?: true;
  readonly drawing: 'bars' | 'points' | 'line';
  /** What is known before it has run. */
  readonly before: Measured;
  /** Ends when it is done or the trial is over; rejects with a `CallFailure`. */
  run(trial: Trial): Promise<ExperimentResult>;
  /** What came of it, in one sentence. */
  says(measured: Measured): string;
}

export interface ExperimentResult {
  readonly measured: Measured;
  /** What else was seen. */
  readonly notes: readonly string[];
}
