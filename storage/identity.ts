import * as z from 'zod';
import { FORMAT } from '../runtime/format.ts';
import { IDENTITY_KEY } from './keys.ts';
import { NewerDataError } from './newer-data.ts';
import { putSealed, readSealed } from './sealed.ts';
import type { Store, StoreOperation } from './store.ts';

/**
 * Whose disk this is. `incarnation` is random and made with the disk, so that the others notice a wiped one.
 * `recovering` is true until a wiped disk has heard from every other catalog; `voteFloor` is the greatest end of a
 * log that they told it: it votes only for logs at least that new, and stands only when its own is. The greatest
 * term that they told it is in its hard state. `start` is the last start of the store in which this disk took part; a
 * disk that was put back from an earlier copy shows an earlier one than it is known to have had. `generation` says which
 * log of an outer engine it follows, where that is not the store's first.
 */
const Identity = z.object({
  cluster: z.string(),
  node: z.string(),
  incarnation: z.string(),
  recovering: z.boolean(),
  start: z.int().min(0).optional(),
  engine: z.literal('log').optional(),
  generation: z.int().min(1).optional(),
  voteFloor: z.object({ lastTerm: z.int().min(0), lastIndex: z.int().min(0) }).optional(),
});
export type Identity = z.infer<typeof Identity>;

/** How the records of this disk are laid out; 0 where it does not say. */
const AnyFormat = z.looseObject({ format: z.int().optional() });

/** The first version of this record calls the vote floor a vow. */
const StoredIdentity = z
  .looseObject({ vow: z.unknown().optional() })
  .transform(({ vow, ...record }) => (vow === undefined ? record : { ...record, voteFloor: vow }))
  .pipe(Identity);

/** The identity on this disk; `undefined` on one that is new or was wiped. Throws a `NewerDataError` for a later format. */
export function readIdentity(store: Store): Identity | undefined {
  const format = readSealed(store, IDENTITY_KEY, AnyFormat)?.format ?? 0;
  if (format > FORMAT) {
    throw new NewerDataError(store.location, `its format is ${format}, and this one knows ${FORMAT}`);
  }
  return readSealed(store, IDENTITY_KEY, StoredIdentity);
}

/** The record is written as what this program makes of it, whatever it was read as. */
export function writeIdentity(identity: Identity): StoreOperation {
  return putSealed(IDENTITY_KEY, { ...identity, format: FORMAT });
}
