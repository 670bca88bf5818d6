import { StartRefused } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import { readHardState, writeHardState } from '../../storage/hard-state.ts';
import { type Identity, readIdentity, writeIdentity } from '../../storage/identity.ts';
import { ReplicaLog } from '../../storage/log.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import { createRaft, type Raft } from '../raft/core/raft.ts';
import type { DriverOptions } from '../raft/driver-options.ts';
import { CatalogState } from './state.ts';

/** A catalog's disk, read and checked: who it is, what it has promised, its log and its applied state. */
export interface CatalogDisk {
  readonly store: Store;
  readonly identity: Identity;
  readonly state: CatalogState;
  /**
   * What was found: an identity, none on a first start, or none although the cluster exists (a wiped disk, which
   * it stays until it has recovered).
   */
  readonly found: 'present' | 'formatted' | 'absent';
  /** The replica's memory as it was when the last synced batch returned. */
  raft(self: NodeId, catalogs: readonly NodeId[], limits: Limits): Raft;
  readonly persist: DriverOptions['persist'];
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
  options: { cluster: string; node: NodeId; format: boolean; random: Random; start?: StoreStart },
): Promise<CatalogDisk> {
  const { cluster, node, format, random, start } = options;
  let identity = readIdentity(store);
  const found = identity && !identity.recovering ? 'present' : format ? 'formatted' : 'absent';
  if (identity === undefined) {
    identity = { cluster, node, incarnation: random.id(), recovering: !format };
    if (start) identity.start = start.number;
    await store.write([writeIdentity(identity)]);
  }
  if (identity.cluster !== cluster || identity.node !== node) {
    throw new StartRefused(
      `this disk belongs to ${identity.node} of cluster ${identity.cluster}, not to ${node} of ${cluster}`,
    );
  }
  if (start) refuseEarlierCopy(identity, start, store.location);
  const state = await CatalogState.load(store);
  const log = await ReplicaLog.load(store, state.applied);
  const hardState = readHardState(store, log.lastTerm);
  if (start && identity.start !== start.number) {
    identity = { ...identity, start: start.number };
    await store.write([writeIdentity(identity)]);
  }
  const known = identity;

  function persist({ term, votedFor, voteFloor }: Parameters<DriverOptions['persist']>[0]): StoreOperation[] {
    const operations = [writeHardState({ term, votedFor })];
    if (voteFloor && !isSameFloor(voteFloor, known.voteFloor)) {
      operations.push(writeIdentity({ ...known, recovering: false, voteFloor }));
    }
    return operations;
  }

  return {
    store,
    identity,
    state,
    found,
    persist,
    raft: (self, members, limits) =>
      createRaft({
        self,
        members,
        limits,
        log,
        term: hardState.term,
        votedFor: hardState.votedFor,
        voteFloor: known.voteFloor ?? null,
        wiped: known.recovering,
        applied: state.applied.index,
        chance: random.next(),
      }),
  };
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

function isSameFloor(a: Identity['voteFloor'], b: Identity['voteFloor']): boolean {
  return a?.lastTerm === b?.lastTerm && a?.lastIndex === b?.lastIndex;
}
