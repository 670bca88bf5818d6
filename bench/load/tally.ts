import { build, type Histogram } from 'hdr-histogram-js';
import type { Sample } from './loop.ts';

/** The times and outcomes of many jobs. */
export interface Tally {
  /** Microseconds. */
  readonly latencies: Histogram;
  readonly outcomes: Map<string, number>;
}

export function createTally(): Tally {
  const latencies = build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000 });
  return { latencies, outcomes: new Map() };
}

export function count({ latencies, outcomes }: Tally, { outcome, startedMs, endedMs }: Sample): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  latencies.recordValue(Math.max(1, Math.round((endedMs - startedMs) * 1000)));
}

/** Milliseconds, and answers of every kind per second. */
export function summarise({ latencies, outcomes }: Tally, seconds: number) {
  const at = (percentile: number) => Number((latencies.getValueAtPercentile(percentile) / 1000).toFixed(3));
  return {
    answered: latencies.totalCount,
    perSecond: Math.round(latencies.totalCount / seconds),
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: at(100),
    outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
