import { z } from 'zod';
import { IDENTITY_KEY } from './keys.ts';
import { putSealed, readSealed } from './sealed.ts';
import type { Store, StoreOperation } from './store.ts';

/**
 * Whose disk this is. `incarnation` is random and made with the disk, so that the others notice a wiped one.
 * `recovering` is true until a wiped disk has heard from every other catalog; `voteFloor` is the greatest end of a
 * log that they told it: it votes only for logs at least that new, and stands only when its own is. The greatest
 * term that they told it is in its hard state. `start` is the last start of the store in which this disk took part; a
 * disk that was put back from an earlier copy shows an earlier one than it is known to have had.
 */
const Identity = z.object({
  cluster: z.string(),
  node: z.string(),
  incarnation: z.string(),
  recovering: z.boolean(),
  start: z.int().min(0).optional(),
  voteFloor: z.object({ lastTerm: z.int().min(0), lastIndex: z.int().min(0) }).optional(),
});
export type Identity = z.infer<typeof Identity>;

/** The first version of this record calls the vote floor a vow. */
const StoredIdentity = z
  .looseObject({ vow: z.unknown().optional() })
  .transform(({ vow, ...record }) => (vow === undefined ? record : { ...record, voteFloor: vow }))
  .pipe(Identity);

/** The identity on this disk; `undefined` on one that is new or was wiped. */
export function readIdentity(store: Store): Identity | undefined {
  return readSealed(store, IDENTITY_KEY, StoredIdentity);
}

export function writeIdentity(identity: Identity): StoreOperation {
  return putSealed(IDENTITY_KEY, identity);
}
