import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { createFaithlessLog } from '../simulation/faithless-log.ts';
import { overOuterLog } from '../simulation/over-outer-log.ts';
import type { Plan } from '../simulation/plan.ts';
import type { Mutant } from './mutant.ts';
import { cutOffFromCatalogs, holdsUnder, limits, strongReadsUnder, under } from './plans.ts';

const over =
  (change: (plan: Plan) => Plan) =>
  (plan: Plan): Plan =>
    overOuterLog(change(plan));

/** An engine that does what it must not, beside what may happen to any. */
const faithless = (fault: string) => (plan: Plan) => ({
  ...over(under([fault, 'kill any']))(plan),
  log: createFaithlessLog,
});

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
  {
    name: 'gap-passed-over',
    harm: 'A batch that the engine left out is missing in one catalog for good.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'if (ordinal !== delivered.ordinal + 1)',
        put: 'if (ordinal <= delivered.ordinal)',
      },
    ],
    seeds: 5,
    change: faithless('leave a batch out'),
  },
  {
    name: 'any-order-taken',
    harm: 'One catalog applies two batches in another order than the rest.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'if (ordinal !== delivered.ordinal + 1)',
        put: 'if (ordinal > delivered.ordinal + 2)',
      },
    ],
    seeds: 10,
    change: faithless('swap two batches'),
  },
  {
    name: 'repeated-batch-applied-again',
    harm: 'One catalog counts a batch twice, and all its versions are others from then on.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'if (ordinal !== delivered.ordinal + 1)',
        put: 'if (ordinal > delivered.ordinal + 1)',
      },
    ],
    seeds: 5,
    change: faithless('repeat a batch'),
  },
  {
    name: 'engine-gone-back-unnoticed',
    harm: 'The engine has forgotten what a catalog has shown, and the catalog waits for the others to come by it.',
    swaps: [
      {
        file: 'actors/log/log-contact.ts',
        find: 'if (last < had) wentBack(last, had);',
        put: '',
      },
    ],
    seeds: 1,
    test: 'test/log/forgetful-log.test.ts',
  },
  {
    name: 'rewritten-history-followed',
    harm: 'The engine has forgotten what its sender had applied, and the others follow the new history.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'else if (seen >= ordinal)',
        put: 'else if (seen < 0)',
      },
    ],
    seeds: 1,
    test: 'test/log/forgetful-log.test.ts',
  },
  {
    name: 'doubt-forgotten',
    harm: 'An append that may be in the log, tried again in vain, is said not to have happened.',
    swaps: [
      {
        file: 'actors/log/appender.ts',
        find: "end(one, () => (one.isDoubtful ? new BazarError('timeout', error.message) : error));",
        put: 'end(one, () => error);',
      },
    ],
    seeds: 1,
    test: 'test/log/appender.test.ts',
  },
  {
    name: 'overdue-batch-did-not-happen',
    harm: 'What the log has, and who asked was not told of in time, is said not to have happened.',
    swaps: [
      {
        file: 'actors/log/appender.ts',
        find: "end(batch, () => new BazarError('timeout')),",
        put: "end(batch, () => new BazarError('timeout', undefined, {}, 'none')),",
      },
    ],
    seeds: 1,
    test: 'test/log/appender.test.ts',
  },
  {
    name: 'refusals-unrecorded',
    harm: 'A refused purchase that the log carries twice is confirmed the second time.',
    swaps: [
      {
        file: 'actors/log/log-replica.ts',
        find: 'return { result: await appender.add(repeatable(command), deadline, trace), leader: mesh.self };',
        put: 'return { result: await appender.add(command, deadline, trace), leader: mesh.self };',
      },
    ],
    seeds: 1,
    test: 'test/log/appended-twice.test.ts',
  },
];
