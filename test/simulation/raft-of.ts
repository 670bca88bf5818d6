import type { RaftReplica } from '../../actors/raft/raft-replica.ts';
import type { SimNode } from './world.ts';

/** A catalog's replica where the catalogs order the log themselves. */
export function raftOf(catalog: SimNode['catalog']): RaftReplica | undefined {
  return catalog && 'raft' in catalog.replica ? (catalog.replica as RaftReplica) : undefined;
}
