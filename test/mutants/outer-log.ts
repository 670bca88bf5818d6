import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { overOuterLog } from '../simulation/over-outer-log.ts';
import type { Plan } from '../simulation/plan.ts';
import type { Mutant } from './mutant.ts';
import { cutOffFromCatalogs, holdsUnder, limits, strongReadsUnder, under } from './plans.ts';

const over =
  (change: (plan: Plan) => Plan) =>
  (plan: Plan): Plan =>
    overOuterLog(change(plan));

/** Bugs in following a log that an outer engine orders. */
export const OUTER_LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'strong-read-without-the-engine',
    harm: 'A catalog that is behind answers a strong read from what it has.',
    swaps: [
      {
        file: 'actors/log/log-contact.ts',
        find: 'const last = await log.barrier(deadline);',
        put: 'const last = ordinal();',
      },
    ],
    seeds: 5,
    change: over(strongReadsUnder(['cut off from the log', 'pause any'])),
  },
  {
    name: 'index-per-batch',
    harm: 'Entries of one batch share an index, which is taken for a version.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'const position = { index: index + count + 1, term: 0, sum, place: next };',
        put: 'const position = { index: index + 1, term: 0, sum, place: next };',
      },
    ],
    seeds: 5,
    change: over(under(['lossy log', 'cut off from the log', 'stall the log'])),
  },
  {
    name: 'place-ahead-of-effects',
    harm: 'A catalog that starts again skips batches that it had been given and had not applied.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'const next: LogPlace = { cursor, ordinal };',
        put: 'const next: LogPlace = { cursor, ordinal: ordinal + 1 };',
      },
    ],
    seeds: 5,
    change: over(under(['kill any'])),
  },
  {
    name: 'trimmed-by-what-is-applied',
    harm: 'The log lets go of what no disk has yet.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'positions.applied(position, () => state.digest);',
        put: 'positions.applied(position, () => state.digest); positions.durable(position.index + limits.keptEntries);',
      },
    ],
    seeds: 20,
    change: over(under(['hang all disks'], { diskMs: 20, limits: limits({ keptEntries: 10 }) })),
  },
  {
    name: 'hold-without-grace',
    harm: 'A hold ends before its time, since a stamp of the timekeeper spans its beginning.',
    swaps: [
      {
        file: 'actors/catalog/log-time.ts',
        find: 'return keeper ? 2 * KEEPER_STEP_MS : 0;',
        put: 'return 0;',
      },
    ],
    seeds: 40,
    change: over(holdsUnder(['lossy log', 'stall the log'], { limits: DEFAULT_LIMITS })),
  },
  {
    name: 'every-clock-keeps-the-time',
    harm: 'The clocks of all catalogs count together, and holds end early.',
    swaps: [
      { file: 'actors/catalog/log-time.ts', find: 'if (by === keeper.by) {', put: 'if (by !== undefined) {' },
    ],
    seeds: 5,
    change: over(holdsUnder(['pause any'], { limits: DEFAULT_LIMITS })),
  },
  {
    name: 'cut-off-from-the-log-passes-for-current',
    harm: 'A catalog that does not reach the log vouches for what it has; its gateway shows what has long changed.',
    swaps: [
      {
        file: 'actors/log/log-contact.ts',
        find: 'silentMs: () => (currentAt === null ? null : Math.max(0, Math.round(clock.monotonic() - currentAt))),',
        put: 'silentMs: () => 0,',
      },
    ],
    seeds: 20,
    change: over((plan) => ({
      ...cutOffFromCatalogs(plan),
      faults: ['cut off from the log'],
    })),
  },
];
