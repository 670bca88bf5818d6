import type { Limits } from '../../runtime/limits.ts';
import type { NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import { readHardState, writeHardState } from '../../storage/hard-state.ts';
import { type Identity, writeIdentity } from '../../storage/identity.ts';
import { ReplicaLog } from '../../storage/log.ts';
import type { Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { JoinLog } from '../replica/join-log.ts';
import { createRaft, type Raft } from './core/raft.ts';
import type { DriverOptions } from './driver-options.ts';
import { createRaftReplica, type RaftReplica } from './raft-replica.ts';

/** What a member of the log has on its disk besides the applied state: the log, and what it has promised. */
export interface RaftDisk {
  /** The replica's memory as it was when the last synced batch returned. */
  raft(self: NodeId, members: readonly NodeId[], limits: Limits): Raft;
  readonly persist: DriverOptions['persist'];
}

/** Reads it. Throws a `DamagedStoreError` where it is not as it was written. */
export async function openRaftDisk(options: {
  readonly store: Store;
  readonly identity: Identity;
  readonly state: { readonly applied: Position };
  readonly random: Pick<Random, 'next'>;
}): Promise<RaftDisk> {
  const { store, identity, state, random } = options;
  const log = await ReplicaLog.load(store, state.applied);
  const hardState = readHardState(store, log.lastTerm);

  return {
    persist({ term, votedFor, voteFloor }) {
      const operations: StoreOperation[] = [writeHardState({ term, votedFor })];
      if (voteFloor && !isSameFloor(voteFloor, identity.voteFloor)) {
        operations.push(writeIdentity({ ...identity, recovering: false, voteFloor }));
      }
      return operations;
    },
    raft: (self, members, limits) =>
      createRaft({
        self,
        members,
        limits,
        log,
        term: hardState.term,
        votedFor: hardState.votedFor,
        voteFloor: identity.voteFloor ?? null,
        wiped: identity.recovering,
        applied: state.applied.index,
        chance: random.next(),
      }),
  };
}

function isSameFloor(a: Identity['voteFloor'], b: Identity['voteFloor']): boolean {
  return a?.lastTerm === b?.lastTerm && a?.lastIndex === b?.lastIndex;
}

/** Joins the log that `members`, this node among them, replicate among themselves. */
export function joinRaft<Change>(
  disk: RaftDisk,
  members: readonly NodeId[],
): JoinLog<RaftReplica, Reply<'propose'>['result'], Change> {
  return (parts) =>
    createRaftReplica({
      ...parts,
      raft: disk.raft(parts.mesh.self, members, parts.limits),
      persist: disk.persist,
    });
}
