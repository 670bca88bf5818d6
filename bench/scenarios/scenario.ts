import type { Figures, ScenarioResult, Settings } from '../result.ts';
import type { Running, Subject } from '../subjects/subject.ts';

/** One question of the bench: the same thing asked of several subjects in turn. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Part of `--quick`. */
  readonly isQuick?: boolean;
  /** Measured once and not in turns: its figures are many events of one run already, or it takes long. */
  readonly isOnce?: boolean;
  /** Seconds that it takes beside its repetitions, about: starts, fillings. */
  readonly extraSeconds?: (settings: Settings) => number;
  /** The figures that its table shows, in this order. */
  readonly columns: readonly string[];
  /** The cases are no rivals: their figures are not divided by each other. */
  readonly isList?: boolean;
  /** The first is this store, or what the others are compared with. */
  readonly cases: (settings: Settings) => readonly Case[];
}

export interface Case {
  readonly label: string;
  readonly subject: Subject;
  /** Subjects are told apart by this object, so a case keeps its own function to itself. */
  readonly measure: (running: Running, run: MeasureContext) => Promise<Figures>;
}

export interface MeasureContext {
  readonly settings: Settings;
  /** What was measured before in the same run. */
  readonly before: readonly ScenarioResult[];
  /** One line of progress within a long measurement. */
  readonly note: (line: string) => void;
}

/** A case whose measurement needs to know its subject's kind. */
export function caseOf<R extends Running>(
  subject: Subject<R>,
  measure: (running: R, run: MeasureContext) => Promise<Figures>,
  label = subject.name,
): Case {
  // The stage gives a measurement what this subject's own `start` returned.
  return { label, subject, measure: measure as Case['measure'] };
}
