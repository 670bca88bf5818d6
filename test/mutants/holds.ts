import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Mutant } from './mutant.ts';
import { holdsUnder, limits } from './plans.ts';

/** Bugs in what is kept for buyers. */
export const HOLD_MUTANTS: readonly Mutant[] = [
  {
    name: 'expiry-by-the-leaders-wall-clock',
    harm: 'A new leader whose clock is ahead ends the holds of everybody, who hear that their time is over.',
    swaps: [
      {
        file: 'actors/catalog/log-time.ts',
        find: 'const most = before.term === 0 ? 0 : term === before.term ? MAX_STEP_MS : MAX_GAP_MS;',
        put: 'const most = before.term === 0 ? 0 : term === before.term ? MAX_STEP_MS : 100 * MAX_STEP_MS;',
      },
    ],
    seeds: 5,
    change: holdsUnder(['kill the leader', 'pause the leader'], { limits: DEFAULT_LIMITS }),
  },
  {
    name: 'expiry-by-local-time',
    harm: 'Each replica ends holds by its own clock, so equal logs give different states.',
    swaps: [
      {
        file: 'actors/catalog/state.ts',
        find: 'return first !== undefined && first.due <= this.#records.logTime.time;',
        put: 'return first !== undefined && first.due <= this.#records.logTime.time + (performance.now() % 9_000);',
      },
    ],
    seeds: 5,
    change: holdsUnder(['pause any']),
  },
  {
    name: 'released-twice',
    harm: 'Whoever repeats a release puts copies on the shelf that are not there.',
    swaps: [
      {
        file: 'actors/catalog/holds.ts',
        find: "if (order.status !== 'held') {",
        put: "if (order.status !== 'held' && order.status !== 'released') {",
      },
    ],
    seeds: 5,
    change: holdsUnder(['reset a link', 'kill the leader']),
  },
  {
    name: 'confirmed-after-its-time',
    harm: 'Copies that are on the shelf again, or sold to somebody else, are sold.',
    swaps: [
      {
        file: 'actors/catalog/holds.ts',
        find: "if (order.status !== 'held') {",
        put: "if (order.status !== 'held' && order.status !== 'expired') {",
      },
    ],
    seeds: 5,
    change: holdsUnder(['reset a link']),
  },
  {
    name: 'snapshot-without-holds',
    harm: 'A replica restored from it never ends the holds that were open.',
    swaps: [
      {
        file: 'actors/catalog/state-records.ts',
        find: 'if (key.startsWith(HOLD_PREFIX)) this.holds.add(readHoldKey(key));',
        put: '',
      },
    ],
    seeds: 10,
    change: holdsUnder(['disturb a follower', 'wipe a disk'], { limits: limits({ keptEntries: 3 }) }),
  },
];
