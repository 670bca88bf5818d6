import type { CaseResult } from './result.ts';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: medianOf(sorted), least: sorted[0]!, most: sorted.at(-1)! };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What the repetitions of a case say of one figure. */
export function figureOf({ repetitions }: CaseResult, name: string): Spread | undefined {
  return spreadOf(repetitions.flatMap(({ figures }) => figures[name] ?? []));
}

/** How often `one` is `other`, pair by pair of the same round, since what else the machine does comes and goes. */
export function ratioOf(one: CaseResult, other: CaseResult, name: string): Spread | undefined {
  return spreadOf(
    one.repetitions.flatMap(({ round, figures }) => {
      const pair = other.repetitions.find((repetition) => repetition.round === round)?.figures[name];
      const value = figures[name];
      return value === undefined || !pair ? [] : value / pair;
    }),
  );
}
