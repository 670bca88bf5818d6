import { StartRefused } from '../../runtime/errors.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import { type Identity, readIdentity, writeIdentity } from '../../storage/identity.ts';
import type { Store } from '../../storage/store.ts';
import type { RestingRecords } from './read-records.ts';
import { CatalogState } from './state.ts';

/**
 * A catalog's disk, read and checked: who it is and its applied state, but for the records that only lie on it, which are
 * checked later. What its engine keeps there, that opens itself.
 */
export interface CatalogDisk {
  readonly store: Store;
  readonly identity: Identity;
  readonly state: CatalogState;
  /** What is to be checked yet; nothing where all has been. */
  readonly resting?: RestingRecords;
  /**
   * What was found: an identity, none on a first start, or none although the cluster exists (a wiped disk, which
   * it stays until it has recovered).
   */
  readonly found: 'present' | 'formatted' | 'absent';
}

/** A start of the store, as its launcher knows it. Numbers of starts rise. */
export interface StoreStart {
  readonly number: number;
  /** The last start in which this catalog is known to have taken part; 0 if none is. */
  readonly attended: number;
}

/**
 * Opens the disk of catalog `node`. Where it has no identity it gets one; unless the whole cluster is being
 * formatted, it is then marked as recovering, durably, until it has learnt what it must not fall behind.
 *
 * Throws `StartRefused` for another cluster's or another node's disk, for one that is damaged, and for one that was put
 * back from an earlier copy: it has forgotten what it promised, and a majority could forget with it.
 */
export async function openCatalogDisk(
  store: Store,
  options: {
    cluster: string;
    node: NodeId;
    format: boolean;
    random: Random;
    start?: StoreStart;
    engine?: 'log';
  },
): Promise<CatalogDisk> {
  const { cluster, node, format, random, start, engine } = options;
  let identity = readIdentity(store);
  const found = identity && !identity.recovering ? 'present' : format ? 'formatted' : 'absent';
  if (identity === undefined) {
    identity = { cluster, node, incarnation: random.id(), recovering: !format };
    if (start) identity.start = start.number;
    if (engine) identity.engine = engine;
    await store.write([writeIdentity(identity)]);
  }
  if (engine && !identity.engine) {
    throw new StartRefused(
      `${store.location} is of a store on one machine, whose catalogs order their log themselves: ` +
        'npm run bazar -- migrate brings it to an etcd',
    );
  }
  if (identity.engine && !engine) {
    throw new StartRefused(
      `${store.location} follows the log of an etcd, and is to be started as it was made`,
    );
  }
  if (identity.cluster !== cluster || identity.node !== node) {
    const words = `this disk belongs to ${identity.node} of cluster ${identity.cluster}, not to ${node} of ${cluster}`;
    throw new StartRefused(engine ? `${words}; npm run bazar -- migrate brings one store to another` : words);
  }
  if (start) refuseEarlierCopy(identity, start, store.location);
  const { state, resting } = await CatalogState.open(store);
  if (start && identity.start !== start.number) {
    identity = { ...identity, start: start.number };
    await store.write([writeIdentity(identity)]);
  }
  return { store, identity, state, resting, found };
}

function refuseEarlierCopy({ start: last = 0 }: Identity, start: StoreStart, location: string): void {
  if (last < start.attended) {
    throw new StartRefused(
      `${location} was put back from an earlier copy and has forgotten what it promised since; delete it and start ` +
        'again: it comes back from the others',
    );
  }
  if (last > start.number) {
    throw new StartRefused(
      `${location} is newer than the store’s own record (cluster.json), which was put back from an earlier copy; put ` +
        'back the whole data directory from one copy',
    );
  }
}
