import type { GatewayService, Submitted } from '../../gateway/service.ts';
import type { CartLine } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';
import { Violation } from './invariants.ts';
import type { Plan } from './plan.ts';

/** Simulated milliseconds of the shortest and the longest hold. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 6_000;
/** How much faster than true time a leader's clock may run. */
const FASTEST_CLOCK = 1.06;
/** Simulated milliseconds that a change of leaders may take from a hold. */
const LEADER_CHANGE_MS = 1_000;
/** Times a client asks again under the same key when it does not know the outcome. */
const MAX_ASKS = 4;

type Ask = (service: GatewayService) => Promise<Submitted>;

/** Clients that hold copies, and then confirm or release them in time, too late, or never. */
export interface Holders {
  hold(client: string): Promise<void>;
}

export function createHolders(options: {
  readonly plan: Plan;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<void>;
  /** What every operation of a client says of itself. */
  readonly asked: (client: string, via?: string) => Asked;
  readonly write: (line: WriteLine, request: Ask) => Promise<WriteLine>;
  readonly cart: () => CartLine[];
  /** Leaders seen, by term. */
  readonly leaders: ReadonlyMap<number, string>;
}): Holders {
  const { plan, random, pause, asked, write, cart, leaders } = options;

  /** Asks until the outcome is known, or the client has had enough; the last answer. */
  async function insist(client: string, what: (asked: Asked) => WriteLine, request: Ask) {
    for (let asks = 0; asks < MAX_ASKS; asks++) {
      const told = await write(what(asked(client, plan.writeVia)), request);
      const isKnown = told.outcome === 'ok' || told.outcome === 'refused';
      // Now and then the answer gets lost on the client's side, and it asks once more.
      if (isKnown && random.next() > 0.05) return told;
      if (!isKnown && random.next() < 0.2) return told;
      await pause(random.next() * 500);
    }
    return undefined;
  }

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
    async hold(client) {
      const wanted = cart();
      const lines = wanted.map(({ id, quantity }) => ({ book: id, quantity }));
      const ttlMs = SHORTEST_MS + random.integer(LONGEST_MS - SHORTEST_MS);
      const first = asked(client, plan.writeVia);
      const key = `held-${first.op.replace('/', '-')}`;
      const terms = leaders.size;
      const holding = (told: Asked): WriteLine => ({ kind: 'hold', ...told, key, lines });
      const told = await insist(client, holding, (service) => service.hold(wanted, ttlMs, key));
      if (told?.outcome === 'refused' || told?.outcome === 'none') return;
      await pause(random.next() * 1.5 * ttlMs);
      const dice = random.next();
      if (dice < 0.25) return;
      const kind = dice < 0.8 ? 'confirm' : 'release';
      const ending = (again: Asked): WriteLine => {
        return { kind, ...again, key: `${key}~${kind}`, hold: key, lines };
      };
      const end = await insist(client, ending, (service) => service[kind](key));
      if (end) checkTime(end, ttlMs, first.start, terms);
    },
  };
}

interface Asked {
  readonly op: string;
  readonly client: string;
  readonly via: string;
  readonly start: number;
  readonly end: null;
  readonly outcome: 'unknown';
}
