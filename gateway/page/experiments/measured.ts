/** What an experiment has measured, as its chart, its table and its files show it. */
export interface Measured {
  readonly unit: 'ms' | 'requests';
  /** What is compared, from top to bottom. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
}

interface Series {
  readonly name: string;
  /** One for each place; null where nothing is known. */
  readonly values: readonly (Value | null)[];
}

export interface Value {
  /** A count, or the median of times. */
  readonly value: number;
  /** 99 % were within. */
  readonly p99?: number;
  /** How many it is made of. */
  readonly samples?: number;
}

/** Median and p99 of some times; null of none. */
export function spreadOf(times: readonly number[]): Value | null {
  if (times.length === 0) return null;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { value: at(0.5), p99: at(0.99), samples: sorted.length };
}
