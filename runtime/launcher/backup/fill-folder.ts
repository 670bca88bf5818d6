import { CatalogState } from '../../../actors/catalog/state.ts';
import { fillStore, type StateCounts } from '../../../actors/catalog/whole-state.ts';
import { openLevelStore } from '../../../storage/leveldb/level-store.ts';
import type { Position } from '../../../storage/position.ts';
import type { StoreOperation } from '../../../storage/store.ts';
import { StartRefused } from '../../errors.ts';
import type { StateSource } from './backup-file.ts';

/** Fills the new folder of a catalog, then opens it as a start does, and compares what that finds with what was told. */
export async function fillFolder(
  folder: string,
  { origin, pieces }: StateSource,
  options: { readonly at: Position; readonly also: readonly StoreOperation[] },
): Promise<StateCounts> {
  const store = await openLevelStore(folder);
  const counts = await fillStore(store, pieces(), { place: origin, ...options }).finally(() => store.close());
  const again = await openLevelStore(folder);
  try {
    const { applied, digest } = await CatalogState.load(again);
    if (applied.index === options.at.index && digest === origin.digest) return counts;
    throw new StartRefused(
      `${folder} is at entry ${applied.index} with the digest ${digest} after it was filled`,
    );
  } finally {
    await again.close();
  }
}
