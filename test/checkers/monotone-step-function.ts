/**
 * A step function of time that never falls: what was known at which moment. Only rises are kept, so it is as long as
 * the heights are many, however often it is told what it knows.
 */
export interface MonotoneStepFunction {
  /** From just after `time` on it is at least `height`; times come in order. */
  rise(time: number, height: number): void;
  /** The height just before `time`. */
  before(time: number): number;
}

export function createMonotoneStepFunction(): MonotoneStepFunction {
  const times: number[] = [];
  const heights: number[] = [];
  return {
    rise(time, height) {
      if (height <= (heights.at(-1) ?? 0)) return;
      times.push(time);
      heights.push(height);
    },
    before(time) {
      return heights[countFirst(times, (known) => known < time) - 1] ?? 0;
    },
  };
}

/** How many at the front of a list a test holds for, if it holds for none after the first for which it does not. */
export function countFirst(list: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
