/** One row of the table of points: what was measured, its bound, and whether it is kept. */
export interface Point {
  readonly name: string;
  readonly measured: string;
  readonly bound: string;
  /** Undefined where it is told and has no bound. */
  readonly ok?: boolean;
}

/** What the measurements share. */
export interface PointOptions {
  /** Of each load, and of the stream of changes. */
  readonly seconds: number;
  readonly minutes: number;
  readonly rounds: number;
  readonly kills: number;
  readonly seeds: number;
}

export const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** The median and the most of some times. */
export function timesText(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return `${ms(sorted[sorted.length >> 1]!)}, at most ${ms(sorted.at(-1)!)}`;
}

export const most = (values: readonly number[]) =>
  values.reduce((largest, value) => Math.max(largest, value), 0);
