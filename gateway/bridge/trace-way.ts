import type { Context } from './context.ts';
import type { Answer } from './operations/operation.ts';

/** The way a request took, as one debug line: `GET /info/1 → miss → catalog-2`, `purchase → order-1`. */
export function traceWay({ logger }: Context, what: string, { served, done }: Answer): void {
  if (!logger.isLevelEnabled('debug')) return;
  if (done) logger.debug(`${what} → ${done.servedBy}`);
  if (served)
    logger.debug(`${what} → ${served.cache === 'hit' ? 'hit' : `${served.cache} → ${served.servedBy}`}`);
}
