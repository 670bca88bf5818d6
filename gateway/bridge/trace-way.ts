import { asBazarError } from '../../runtime/errors.ts';
import type { Context } from './context.ts';
import type { Answer } from './operations/operation.ts';
import type { Performed } from './perform.ts';

/**
 * Runs a request and tells the way it took as one debug line: `GET /info/1 → miss → catalog-2, 3 ms`,
 * `purchase → order-1 → catalog-3, order my-17, 9 ms`, `purchase → order-1 → catalog-3 → sold-out, order my-18, 8 ms`.
 */
export async function traceWay(
  { logger, clock }: Context,
  what: () => string,
  run: () => Promise<Performed>,
): Promise<Performed> {
  if (!logger.isLevelEnabled('debug')) return run();
  const started = clock.monotonic();
  const tell = (way: readonly string[], key: unknown) => {
    const order = key === undefined ? '' : `, order ${key}`;
    logger.debug(`${[what(), ...way].join(' → ')}${order}, ${Math.round(clock.monotonic() - started)} ms`);
  };
  try {
    const performed = await run();
    const { done } = performed.answer;
    tell(wayOf(performed.answer), done?.key);
    return performed;
  } catch (thrown) {
    const { code, details } = asBazarError(thrown);
    const via = (details.via as readonly string[] | undefined) ?? [];
    tell([...via, code], details.orderId ?? details.key);
    throw thrown;
  }
}

function wayOf({ served, done }: Answer): readonly string[] {
  if (done) return done.via;
  if (!served) return [];
  return served.cache === 'hit' ? ['hit'] : [served.cache, served.servedBy];
}
