import type { GatewayService, Submitted } from '../../gateway/service.ts';
import type { CartLine } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';

type Ask = (service: GatewayService) => Promise<Submitted>;

/** What was bought, by whom. */
export interface Bought {
  readonly key: string;
  readonly lines: readonly CartLine[];
  readonly customer: string | undefined;
}

/**
 * Clients that take back what they have bought: all of it, or a part and then another, on the shelf or written off. Now and then
 * they ask for more than is left, and they ask again under the same key while they do not know what became of it.
 */
export function createCancellers(options: {
  readonly random: Random;
  readonly asked: () => Asked;
  /** Asks until the outcome is known, or the client has had enough; the last answer. */
  readonly insist: (what: (asked: Asked) => WriteLine, request: Ask) => Promise<WriteLine | undefined>;
}) {
  const { random, asked, insist } = options;

  return async function cancel({ key: order, lines: bought, customer }: Bought): Promise<void> {
    const restock = random.next() < 0.7;
    const isWhole = random.next() < 0.4;
    const steps = isWhole ? 1 : 1 + random.integer(3);
    for (let step = 0; step < steps; step++) {
      const line = bought[random.integer(bought.length)]!;
      const part = [{ id: line.id, quantity: 1 + random.integer(line.quantity) }];
      const lines = isWhole ? bought : part;
      const key = `back-${asked().op.replace('/', '-')}-${step}`;
      const what = (again: Asked): WriteLine => ({
        ...{ kind: 'cancel', ...again, key, order, restock, customer },
        lines: lines.map(({ id, quantity }) => ({ book: id, quantity })),
      });
      const wish = { orderId: order, by: 'admin', restock, ...(!isWhole && { lines: part }) } as const;
      await insist(what, (service) => service.cancel(wish, key));
    }
  };
}

export interface Asked {
  readonly op: string;
  readonly client: string;
  readonly via: string;
  readonly start: number;
  readonly end: null;
  readonly outcome: 'unknown';
}
