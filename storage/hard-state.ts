import * as z from 'zod';
import { DamagedStoreError } from './damage.ts';
import { HARD_STATE_KEY } from './keys.ts';
import { putSealed, readSealed } from './sealed.ts';
import type { Store, StoreOperation } from './store.ts';

/** What a replica has promised, under one key so that a term never lies on the disk without its vote. */
const HardState = z.object({ term: z.int().min(0), votedFor: z.string().nullable() });
export type HardState = z.infer<typeof HardState>;

/**
 * The promises on this disk. `lastTerm` is the term of the log's last entry: no entry is written before its term,
 * so a lesser term on the disk means that a promise was lost, and a `DamagedStoreError` is thrown.
 */
export function readHardState(store: Store, lastTerm = 0): HardState {
  const found = readSealed(store, HARD_STATE_KEY, HardState) ?? { term: 0, votedFor: null };
  if (found.term < lastTerm) {
    throw new DamagedStoreError(
      store.location,
      `its log has an entry of term ${lastTerm}, but the term it remembers is ${found.term}`,
    );
  }
  return found;
}

export function writeHardState({ term, votedFor }: HardState): StoreOperation {
  return putSealed(HARD_STATE_KEY, { term, votedFor });
}
