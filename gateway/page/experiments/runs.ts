import { signal } from '@preact/signals';
import { sayFailure } from '../shop/say-failure.ts';
import type { CallFailure } from '../store-socket.ts';
import type { Experiment } from './experiment.ts';
import type { Measured } from './measured.ts';
import { type StartedTrial, startTrial } from './trial.ts';

/** What each experiment has measured here, and the one that runs: they would disturb each other. */

export interface ExperimentRun {
  readonly measured: Measured;
  readonly notes: readonly string[];
  readonly standing: 'running' | 'done' | 'failed';
  readonly asked: number;
  /** Why it could not be brought to its end. */
  readonly fault?: string;
}

export const runs = signal<ReadonlyMap<string, ExperimentRun>>(new Map());
export const running = signal<StartedTrial | null>(null);

export async function runExperiment(experiment: Experiment): Promise<void> {
  if (running.value) return;
  let latest: ExperimentRun = { measured: experiment.before, notes: [], standing: 'running', asked: 0 };
  const set = (changes: Partial<ExperimentRun>) => {
    latest = { ...latest, ...changes, asked: trial.asked };
    runs.value = new Map([...runs.value, [experiment.name, latest]]);
  };
  const trial = startTrial((measured) => set({ measured }));
  running.value = trial;
  set({});
  try {
    set({ ...(await experiment.run(trial)), standing: 'done' });
  } catch (thrown) {
    set({ standing: 'failed', fault: sayFailure(thrown as CallFailure) });
  } finally {
    running.value = null;
  }
}
