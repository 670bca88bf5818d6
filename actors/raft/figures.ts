import type { RaftFigures } from '../../runtime/figures.ts';
import type { Replica, ReplicaRole } from '../replica/replica.ts';
import type { Raft } from './core/raft.ts';

/** A replica's figures, read from what its statechart knows. */
export function raftFigures(replica: {
  readonly raft: Readonly<Raft>;
  readonly role: ReplicaRole;
  readonly state: Pick<Replica['state'], 'applied'>;
  readonly uncountedTicks: number;
}): RaftFigures {
  const { raft, role, state, uncountedTicks } = replica;
  const { log, limits } = raft;
  const campaigns = role === 'candidate' ? raft.votes : role === 'pre-candidate' ? raft.preVotes : undefined;
  return {
    role,
    term: raft.term,
    leader: raft.leader,
    votes: campaigns && [...campaigns],
    commit: raft.commit,
    applied: state.applied.index,
    firstIndex: log.offset.index + 1,
    lastIndex: log.lastIndex,
    durableIndex: raft.durableIndex,
    electionElapsedMs: (raft.elapsed + uncountedTicks) * limits.tickMs,
    electionTimeoutMs: raft.timeout * limits.tickMs,
    followers:
      role === 'leader'
        ? [...raft.progress].map(([id, { match, next, mode }]) => ({ id, match, next, mode }))
        : undefined,
  };
}
