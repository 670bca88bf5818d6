import type { CartLine } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import type { WriteLine } from '../checkers/history.ts';
import type { Asked, Insist } from './insist.ts';

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
export function createCancellers(options: { readonly random: Random; readonly insist: Insist }) {
  const { random, insist } = options;

  return async function cancel(
    client: string,
    { key: order, lines: bought, customer }: Bought,
  ): Promise<void> {
    const restock = random.next() < 0.7;
    const isWhole = random.next() < 0.4;
    const steps = isWhole ? 1 : 1 + random.integer(3);
    for (let step = 0; step < steps; step++) {
      const line = bought[random.integer(bought.length)]!;
      const part = [{ id: line.id, quantity: 1 + random.integer(line.quantity) }];
      const lines = isWhole ? bought : part;
      const key = `${order}-back-${step}`;
      const what = (again: Asked): WriteLine => ({
        ...{ kind: 'cancel', ...again, key, order, restock, customer },
        lines: lines.map(({ id, quantity }) => ({ book: id, quantity })),
      });
      const wish = { orderId: order, by: 'admin', restock, ...(!isWhole && { lines: part }) } as const;
      await insist(client, what, (service) => service.cancel(wish, key));
    }
  };
}
