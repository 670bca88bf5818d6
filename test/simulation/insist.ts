import type { GatewayService, Submitted } from '../../gateway/service.ts';
import type { Random } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';
import type { Plan } from './plan.ts';

/** Times a client asks again under the same key when it does not know the outcome. */
const MAX_ASKS = 4;

/** What every operation of a client says of itself. */
export interface Asked {
  readonly op: string;
  readonly client: string;
  readonly via: string;
  readonly start: number;
  readonly end: null;
  readonly outcome: 'unknown';
}

type Request = (service: GatewayService) => Promise<Submitted>;

/** Asks until the outcome is known, or the client has had enough; resolves to the last answer. */
export type Insist = (
  client: string,
  what: (asked: Asked) => WriteLine,
  request: Request,
) => Promise<WriteLine | undefined>;

export function createInsist(options: {
  readonly plan: Plan;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<void>;
  readonly asked: (client: string, via?: string) => Asked;
  readonly write: (line: WriteLine, request: Request) => Promise<WriteLine>;
}): Insist {
  const { plan, random, pause, asked, write } = options;
  return async (client, what, request) => {
    for (let asks = 0; asks < MAX_ASKS; asks++) {
      const told = await write(what(asked(client, plan.writeVia)), request);
      const isKnown = told.outcome === 'ok' || told.outcome === 'refused';
      // Now and then the answer gets lost on the client's side, and it asks once more.
      if (isKnown && random.next() > 0.05) return told;
      if (!isKnown && random.next() < 0.2) return told;
      await pause(random.next() * 500);
    }
    return undefined;
  };
}
