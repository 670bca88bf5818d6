import type { Measured } from './measured.ts';

/** Where a value stands along an axis. */
export interface Scale {
  x(value: number): number;
  readonly ticks: readonly number[];
}

/** Room beyond the largest value. */
const ROOM = 1.25;
const MOST_TICKS = 5;

/** From `left` to `right`: by the logarithm for times, which lie far apart, and from zero for counts. */
export function scaleOf({ series }: Measured, isLogarithmic: boolean, left: number, right: number): Scale {
  const known = series.flatMap(({ values }) =>
    values.flatMap((value) => (value ? [value.value, value.p99 ?? value.value] : [])),
  );
  const most = known.reduce((largest, value) => Math.max(largest, value), 1) * ROOM;
  if (!isLogarithmic) {
    const step = stepOf(Math.max(1, most / MOST_TICKS));
    const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
    return { ticks, x: (value) => left + (value / most) * (right - left) };
  }
  const least = known.reduce((smallest, value) => Math.min(smallest, value), 1);
  const first = Math.floor(Math.log10(Math.max(least, 0.01)));
  const span = Math.log10(most) - first;
  const ticks = Array.from({ length: Math.floor(span) + 1 }, (_, at) => 10 ** (first + at));
  const x = (value: number) =>
    left + (Math.max(0, Math.log10(Math.max(value, 0.01)) - first) / span) * (right - left);
  return { ticks, x };
}

/** 1, 2 or 5 times a power of ten, and no less. */
function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!;
}
