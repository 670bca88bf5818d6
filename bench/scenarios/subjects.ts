import { bazar } from '../subjects/bazar.ts';

/** The stores that several scenarios share; each is started once for all of them. */

export const store = bazar();
/** Room for one book and no Redis: every read goes to a catalog. */
export const uncached = bazar({
  name: 'bazar, no cache',
  about: 'this store without Redis, its gateway with room for one entry',
  redis: undefined,
  args: ['--limit', 'cacheEntries=1'],
});
