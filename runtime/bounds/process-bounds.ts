import { bound } from './bound.ts';

/** The bounds of processes. */
export const PROCESS_BOUNDS = {
  drainMs: bound(5_000, 'ms a process may take to drain before it is ended'),
  restartBaseMs: bound(100, 'ms of the first pause before a dead process is restarted; it doubles'),
  restartCapMs: bound(5_000, 'ms no restart pause is longer than'),
  restartHealthyMs: bound(10_000, 'ms a process must have been up for its earlier deaths to be forgotten'),
  maxFailedStarts: bound(
    5,
    'ends in a row of one process during its start, after which a store that is not ready gives up',
  ),
  startMs: bound(
    120_000,
    'ms a process may take to open its disk and listen, and the whole store to be ready',
  ),
  labPauseMs: bound(500, 'ms between two faults of a lab (`--lab`)'),
  maxHappenings: bound(20, 'happenings a second that a node tells, in its log as well; the rest is counted'),
};
