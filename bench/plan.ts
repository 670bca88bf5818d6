import { UsageError } from '../runtime/command-line.ts';
import type { Settings } from './result.ts';
import { estimate, secondsFor } from './run.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** What is measured, and how often and how long, as the command line says. */
export interface Wishes {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly repeat?: number;
  readonly seconds?: number;
  readonly minutes?: number;
  readonly largest?: number;
  readonly kills: number;
}

export const LEAST_SECONDS = 0.5;
export const MOST_SECONDS = 60;
export const LEAST_LARGEST = 10_000;
const DEFAULTS = { quick: { repeat: 1, seconds: 2 }, whole: { repeat: 3, seconds: 4 } };
const LARGE = 1_000_000;

/** The scenarios whose names begin as one of `only`; else all, or the quick ones. */
export function choose(all: readonly Scenario[], { only, quick }: Wishes): readonly Scenario[] {
  for (const start of only ?? []) {
    if (!all.some(({ name }) => name.startsWith(start)))
      throw new UsageError(`there is no scenario ${start}; --list names them`);
  }
  if (only) return all.filter(({ name }) => only.some((start) => name.startsWith(start)));
  return quick ? all.filter(({ isQuick }) => isQuick) : all;
}

export function settle(scenarios: readonly Scenario[], wishes: Wishes): Settings {
  const { only, quick, minutes, kills } = wishes;
  const { repeat, seconds } = quick ? DEFAULTS.quick : DEFAULTS.whole;
  const settings = {
    seconds: wishes.seconds ?? seconds,
    repeat: wishes.repeat ?? repeat,
    largest: wishes.largest ?? (only || quick ? LEAST_LARGEST : LARGE),
    kills,
  };
  if (minutes === undefined) return settings;
  const fitting = Math.floor(secondsFor(scenarios, settings, minutes) * 10) / 10;
  if (fitting < LEAST_SECONDS)
    throw new UsageError(
      `${minutes} minutes are too few: a smaller --repeat, --largest or --kills needs less`,
    );
  return { ...settings, seconds: Math.min(fitting, MOST_SECONDS) };
}

export function planText(scenarios: readonly Scenario[], settings: Settings): string {
  const minutes = estimate(scenarios, settings) / 60;
  return (
    `${scenarios.length} scenarios, each measurement ${settings.seconds} s and ${settings.repeat} times: ` +
    `about ${minutes.toFixed(minutes < 10 ? 1 : 0)} minutes`
  );
}
