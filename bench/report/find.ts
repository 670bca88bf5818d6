import type { CaseResult, Result, ScenarioResult } from '../result.ts';
import { figureOf, type Spread } from '../statistics.ts';

/** Looks into a result for what a picture shows; what was not measured is left out of it. */
export function scenarioOf({ scenarios }: Result, name: string): ScenarioResult | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}

export function caseNamed(scenario: ScenarioResult | undefined, label: string): CaseResult | undefined {
  return scenario?.cases.find((each) => each.label === label);
}

export function spreadAt(
  result: Result,
  scenario: string,
  label: string,
  figure: string,
): Spread | undefined {
  const found = caseNamed(scenarioOf(result, scenario), label);
  return found && figureOf(found, figure);
}

/** A number as an axis' label or a bar's: three digits that count. */
export function brief(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
