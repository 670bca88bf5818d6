import type { CartLine } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';
import type { Bought } from './cancellers.ts';
import type { Asked, Insist } from './insist.ts';
import { Violation } from './invariants.ts';
import type { Plan } from './plan.ts';

/** Simulated milliseconds of the shortest and the longest hold. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 6_000;
/** How much faster than true time a leader's clock may run. */
const FASTEST_CLOCK = 1.06;
/** Simulated milliseconds that a change of leaders may take from a hold. */
const LEADER_CHANGE_MS = 1_000;
/** Clients that hold copies, and then confirm or release them in time, too late, or never. Resolves to what was bought. */
export interface Holders {
  hold(client: string, customer: string | undefined): Promise<Bought | undefined>;
}

export function createHolders(options: {
  readonly plan: Plan;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<void>;
  /** What every operation of a client says of itself. */
  readonly asked: (client: string, via?: string) => Asked;
  readonly insist: Insist;
  readonly cart: () => CartLine[];
  /** Leaders seen, by term. */
  readonly leaders: ReadonlyMap<number, string>;
}): Holders {
  const { plan, random, pause, asked, insist, cart, leaders } = options;

  /** Nobody's hold ends before its time by the clocks of leaders, however far these are off. */
  function checkTime(told: WriteLine, ttlMs: number, heldFrom: number, terms: number): void {
    if (told.code !== 'hold-expired' || told.end === null) return;
    const changes = leaders.size - terms;
    const least = ttlMs / FASTEST_CLOCK - changes * LEADER_CHANGE_MS;
    if (told.end - heldFrom >= least) return;
    const lasted = Math.round(told.end - heldFrom);
    throw new Violation(
      `${told.op}: a hold of ${ttlMs} ms ended after ${lasted}, with ${changes} new leaders`,
    );
  }

  return {
    async hold(client, customer) {
      const wanted = cart();
      const lines = wanted.map(({ id, quantity }) => ({ book: id, quantity }));
      const ttlMs = SHORTEST_MS + random.integer(LONGEST_MS - SHORTEST_MS);
      const first = asked(client, plan.writeVia);
      const key = `held-${first.op.replace('/', '-')}`;
      const terms = leaders.size;
      const holding = (told: Asked): WriteLine => ({ kind: 'hold', ...told, key, lines, customer });
      const told = await insist(client, holding, (service) => service.hold(wanted, ttlMs, key, customer));
      if (told?.outcome === 'refused' || told?.outcome === 'none') return undefined;
      await pause(random.next() * 1.5 * ttlMs);
      const dice = random.next();
      if (dice < 0.25) return undefined;
      const kind = dice < 0.8 ? 'confirm' : 'release';
      const ending = (again: Asked): WriteLine => {
        return { kind, ...again, key: `${key}~${kind}`, hold: key, lines, customer };
      };
      const end = await insist(client, ending, (service) => service[kind](key));
      if (end) checkTime(end, ttlMs, first.start, terms);
      return end?.kind === 'confirm' && end.outcome === 'ok' ? { key, lines: wanted, customer } : undefined;
    },
  };
}
