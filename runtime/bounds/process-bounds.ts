import type { Bound } from './bound.ts';

/** The bounds of processes. */
export const PROCESS_BOUNDS = {
  drainMs: { value: 5_000, unit: 'ms', meaning: 'a process may take to drain before it is ended' },
  restartBaseMs: {
    value: 100,
    unit: 'ms',
    meaning: 'of the first pause before a dead process is restarted; it doubles',
  },
  restartCapMs: { value: 5_000, unit: 'ms', meaning: 'no restart pause is longer than' },
  restartHealthyMs: {
    value: 10_000,
    unit: 'ms',
    meaning: 'a process must have been up for its earlier deaths to be forgotten',
  },
  maxFailedStarts: {
    value: 5,
    unit: 'ends',
    meaning: 'in a row of one process during its start, after which a store that is not ready gives up',
  },
  startMs: {
    value: 120_000,
    unit: 'ms',
    meaning: 'a process may take to open its disk and listen, and the whole store to be ready',
  },
  maxHappenings: {
    value: 20,
    unit: 'happenings',
    meaning: 'a second that a node tells, in its log as well; the rest is counted',
  },
} as const satisfies Readonly<Record<string, Bound>>;
