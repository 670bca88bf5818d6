import { describeCommit, describeMachine, spin } from './machine.ts';
import type { CaseResult, Repetition, Result, ScenarioResult, Settings } from './result.ts';
import type { Case, Scenario } from './scenarios/scenario.ts';
import { Stage } from './stage.ts';
import type { Subject } from './subjects/subject.ts';

export interface Progress {
  /** One line for people: what is done just now. */
  note(line: string): void;
  /** A scenario is through. */
  finished(scenario: ScenarioResult): void;
}

interface Planned {
  readonly scenario: Scenario;
  readonly cases: readonly Case[];
}

/**
 * Measures the scenarios one after the other, and in each of them the cases in turn, as often as `repeat` says. What was
 * started is ended whatever happens; when `stop` is aborted at once, and then this throws.
 */
export async function run(
  scenarios: readonly Scenario[],
  settings: Settings,
  progress: Progress,
  stop: AbortSignal,
): Promise<Result> {
  const began = performance.now();
  const date = new Date().toISOString();
  const machine = describeMachine();
  const commit = await describeCommit();
  const plan = scenarios.map((scenario) => ({ scenario, cases: scenario.cases(settings) }));
  const done: ScenarioResult[] = [];
  const stage = new Stage();
  const endAll = () => stage.keepOnly(new Set());
  stop.addEventListener('abort', endAll);
  try {
    for (const [place, planned] of plan.entries()) {
      const result = await measure(planned, `${place + 1}/${plan.length}`, {
        stage,
        settings,
        done,
        progress,
        stop,
      });
      done.push(result);
      progress.finished(result);
      await stage.keepOnly(subjectsOf(plan.slice(place + 1)));
    }
  } finally {
    stop.removeEventListener('abort', endAll);
    await endAll();
  }
  const minutes = (performance.now() - began) / 60_000;
  return { format: 1, date, commit, machine, settings, minutes: Number(minutes.toFixed(1)), scenarios: done };
}

function subjectsOf(plan: readonly Planned[]): Set<Subject> {
  return new Set(plan.flatMap(({ cases }) => cases.map(({ subject }) => subject)));
}

interface RunContext {
  readonly stage: Stage;
  readonly settings: Settings;
  readonly done: readonly ScenarioResult[];
  readonly progress: Progress;
  readonly stop: AbortSignal;
}

async function measure(
  { scenario, cases }: Planned,
  place: string,
  { stage, settings, done, progress, stop }: RunContext,
): Promise<ScenarioResult> {
  const repetitions = cases.map((): Repetition[] => []);
  const skipped: (string | undefined)[] = cases.map(() => undefined);
  const rounds = scenario.isOnce ? 1 : settings.repeat;
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, { label, subject, measure }] of cases.entries()) {
      stop.throwIfAborted();
      if (skipped[index] !== undefined) continue;
      const note = (line: string) => progress.note(`${place} ${scenario.title}: ${label}, ${line}`);
      note(`${round} of ${rounds}`);
      try {
        const running = await stage.enter(subject);
        const before = spin();
        const figures = await measure(running, { settings, before: done, note });
        repetitions[index]!.push({ round, spinMs: [before, spin()], figures });
      } catch (error) {
        skipped[index] = (error as Error).message;
      }
    }
  }
  stop.throwIfAborted();
  stage.clear();
  const results = cases.map(
    ({ label, subject: { about } }, index): CaseResult => ({
      label,
      about,
      repetitions: repetitions[index]!,
      ...(skipped[index] !== undefined && { skipped: skipped[index] }),
    }),
  );
  const { name, title, columns, isList } = scenario;
  return { name, title, columns: [...columns], isCompared: !isList && cases.length > 1, cases: results };
}

/** Beside its seconds: waking up, warm-up, connections, and the machine's own measurement. */
const OVERHEAD_SECONDS = 0.9;
const START_SECONDS = 4;

/** Seconds that all this takes, about. */
export function estimate(scenarios: readonly Scenario[], settings: Settings): number {
  const plan = scenarios.map((scenario) => ({ scenario, cases: scenario.cases(settings) }));
  const repetitions = repetitionsOf(plan, settings);
  const extra = scenarios.reduce((sum, { extraSeconds }) => sum + (extraSeconds?.(settings) ?? 0), 0);
  return repetitions * (settings.seconds + OVERHEAD_SECONDS) + subjectsOf(plan).size * START_SECONDS + extra;
}

/** The seconds of each measurement with which all this takes so many minutes. */
export function secondsFor(scenarios: readonly Scenario[], settings: Settings, minutes: number): number {
  const plan = scenarios.map((scenario) => ({ scenario, cases: scenario.cases(settings) }));
  const fixed = estimate(scenarios, { ...settings, seconds: 0 });
  return (minutes * 60 - fixed) / Math.max(1, repetitionsOf(plan, settings));
}

function repetitionsOf(plan: readonly Planned[], { repeat }: Settings): number {
  return plan.reduce((sum, { scenario, cases }) => sum + (scenario.isOnce ? 0 : cases.length * repeat), 0);
}
