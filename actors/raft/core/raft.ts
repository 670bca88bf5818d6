import type { Limits } from '../../../runtime/limits.ts';
import type { Body, NodeId } from '../../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../../runtime/messages.ts';
import type { ReplicaLog } from '../../../storage/log.ts';
import type { Position } from '../../../storage/position.ts';

/**
 * What a replica knows: the context of its statechart (`statechart.ts`).
 *
 * The algorithm is Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", extended
 * version, 2014) with PreVote and ReadIndex (Ongaro, "Consensus: Bridging Theory and Practice", 2014, sections
 * 9.6 and 6.4) and CheckQuorum as in etcd. Membership is static.
 *
 * The record is changed in place by the machine's actions, and by nothing else: a log of ten thousand entries is
 * not copied for each message. Its only way out is `effects`, which the driver (`driver.ts`) takes after each event.
 */
export interface Raft {
  readonly self: NodeId;
  /** All other catalogs. */
  readonly peers: readonly NodeId[];
  /** Replicas that decide: more than half of all. */
  readonly quorum: number;
  readonly limits: Limits;
  readonly log: ReplicaLog;
  /** The disk is new although the cluster is not: nothing is known of what it had promised. */
  readonly wiped: boolean;

  /** Durable before any message that depends on it leaves. */
  term: number;
  votedFor: NodeId | null;
  /** The term and the vote that are durable; the own vote counts from then on. */
  durableTerm: number;
  durableVote: NodeId | null;
  /** Highest index of the own log that is durable; the leader counts itself up to here. */
  durableIndex: number;
  /** A wiped disk's promise: no vote for, and no standing with, a log older than this. */
  voteFloor: LogEnd | null;

  leader: NodeId | null;
  /** Highest index known to be committed. Never goes back while the process lives. */
  commit: number;
  /** The leader's commit index as last heard, which may be ahead of what has arrived here. */
  leaderCommit: number;

  /** What the operating system said when a write found no room; null while all were taken. */
  diskFull: string | null;

  /** Ticks that the batch under way has been with the disk; 0 while there is none. */
  syncTicks: number;
  /** The longest of the recent syncs in ticks, smoothed: it fades with time. */
  slowestSync: number;

  /** Ticks since the leader was heard, the campaign began, or (leading) the quorum was last checked. */
  elapsed: number;
  /** Ticks of `elapsed` at which this replica stands for election. */
  timeout: number;
  /** The last draw from [0, 1) that came with a tick: chance comes from outside. */
  chance: number;
  /** This replica has granted a pre-vote and waited for that campaign; it does not wait for the next one as well. */
  hasYielded: boolean;
  /** Who has granted the current pre-campaign. A set, so that a vote heard twice counts once. */
  preVotes: Set<NodeId>;
  /** Who has voted for this replica in its present term. */
  votes: Set<NodeId>;

  /** What the leader knows of each follower; empty while not leading. */
  progress: Map<NodeId, Progress>;
  /** Index of the no-op with which this leader opened its term. */
  termStart: number;
  /** Number of the latest round of appends; an acknowledgement names the round it answers. */
  round: number;
  reads: PendingRead[];
  /** Something new for the followers: entries, a commit index, or a round that reads wait for. */
  appendsDue: boolean;
  /** The followers have not been told the commit index; entries carry it, or a message of its own a little later. */
  commitUnsaid: boolean;

  effects: Effect[];
}

/** The end of a log; compared first by term, then by index (Raft, section 5.4.1). */
export interface LogEnd {
  readonly lastTerm: number;
  readonly lastIndex: number;
}

/**
 * A follower as its leader sees it.
 * - `probe`: where its log agrees is not known; one append per heartbeat finds out.
 * - `replicate`: entries are sent ahead of their acknowledgements.
 * - `snapshot`: it needs entries that are compacted; the applied state is on its way.
 */
export interface Progress {
  mode: 'probe' | 'replicate' | 'snapshot';
  /** Highest index known to be durable there. */
  match: number;
  /** Next index to send. */
  next: number;
  /** Latest round it has acknowledged. */
  ackedRound: number;
  /** Rounds before this one were sent on a guess that has been given up; their refusals mean nothing. */
  probeRound: number;
  /** A probe is out and not answered. */
  probing: boolean;
  /** Heard from since the last quorum check. */
  active: boolean;
}

/** A linearizable read waiting for its commit index to be confirmed. */
export interface PendingRead {
  readonly id: number;
  /** The commit index to read at; unknown until this term has committed something. */
  index: number | undefined;
  /** The round a quorum must acknowledge. */
  round: number;
}

/** What happens to a replica. Messages from peers carry their sender. */
export type ReplicaEvent =
  | ({ type: 'vote.requested'; from: NodeId } & Body<'raft.vote'>)
  | ({ type: 'vote.answered'; from: NodeId } & Body<'raft.voted'>)
  | ({ type: 'append.received'; from: NodeId } & Body<'raft.append'>)
  | ({ type: 'append.answered'; from: NodeId } & Body<'raft.appended'>)
  | { type: 'snapshot.received'; from: NodeId; term: number; body: Body<'raft.snapshot'> }
  | { type: 'term.exceeded'; term: number }
  /** `syncTicks`: how long the batch under way has been with the disk. */
  | { type: 'clock.ticked'; draw: number; syncTicks: number }
  | { type: 'commands.proposed'; commands: readonly LoggedCommand[]; at: number }
  | { type: 'reads.requested'; ids: readonly number[] }
  | { type: 'turn.ended' }
  /** No entries have carried the commit index to the followers. */
  | { type: 'commit.due' }
  | ({ type: 'batch.synced' } & SyncedBatch)
  | { type: 'peer.connected'; peer: NodeId; wiped: boolean }
  | { type: 'peer.disconnected'; peer: NodeId }
  /** Its disk is full: it takes part in nothing until its process starts anew. */
  | { type: 'peer.filled'; peer: NodeId }
  | { type: 'snapshot.installed'; position: Position }
  | { type: 'snapshot.delivered'; peer: NodeId; index: number }
  | { type: 'snapshot.failed'; peer: NodeId }
  /** A write found no room, and nothing further is written. */
  | { type: 'disk.filled'; words: string }
  | { type: 'voteFloor.learnt'; term: number; voteFloor: LogEnd };

/** What is durable with a batch: the promises and the end of the log as they were when it was taken. */
export interface SyncedBatch extends LogEnd {
  readonly term: number;
  readonly votedFor: NodeId | null;
  /** Index up to which the applied state is durable. */
  readonly applied: number;
}

/** What the driver is to do, in order. */
export type Effect =
  /** For what promises nothing that is not durable. */
  | { type: 'send'; to: NodeId; message: RaftMessage }
  /** Waits until everything changed so far is durable. */
  | { type: 'sendAfterSync'; to: NodeId; message: RaftMessage }
  /** The leader's appends alone may leave beside its own sync. */
  | { type: 'broadcast'; to: readonly NodeId[]; body: Body<'raft.append'> }
  | { type: 'persist'; term: number; votedFor: NodeId | null; voteFloor: LogEnd | null }
  | { type: 'apply'; commit: number }
  | { type: 'confirmReads'; ids: readonly number[]; index: number }
  | { type: 'resign' }
  | { type: 'sendSnapshot'; to: NodeId }
  | { type: 'stopSnapshot'; to: NodeId }
  | { type: 'receiveSnapshot'; from: NodeId; body: Body<'raft.snapshot'> };

export type RaftMessage =
  | { type: 'raft.vote'; body: Body<'raft.vote'> }
  | { type: 'raft.voted'; body: Body<'raft.voted'> }
  | { type: 'raft.appended'; body: Body<'raft.appended'> };

/** The event of one type. */
export type EventOf<T extends ReplicaEvent['type']> = Extract<ReplicaEvent, { type: T }>;

export function logEnd(raft: Raft): LogEnd {
  return { lastTerm: raft.log.lastTerm, lastIndex: raft.log.lastIndex };
}

/** Whether a log that ends at `a` is at least as new as one that ends at `b` (Raft, section 5.4.1). */
export function atLeastAsNew(a: LogEnd, b: LogEnd): boolean {
  return a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex >= b.lastIndex);
}

/**
 * Restarts the countdown to the next campaign with a length drawn from one to two election timeouts. `patience` in
 * ticks lengthens the timeout.
 */
export function restartElectionTimer(raft: Raft, patience = 0): void {
  const least = raft.limits.electionTicks + patience;
  raft.elapsed = 0;
  raft.timeout = least + Math.floor(raft.chance * (least + 1));
  raft.hasYielded = false;
}

/** Enters a newer term, in which no vote is cast yet. */
export function adoptTerm(raft: Raft, term: number): void {
  raft.term = term;
  raft.votes = new Set();
  raft.votedFor = null;
  raft.leader = null;
  persist(raft);
}

/** Has term, vote and vote floor written with the next synced batch. */
export function persist(raft: Raft): void {
  raft.effects.push({ type: 'persist', term: raft.term, votedFor: raft.votedFor, voteFloor: raft.voteFloor });
}

/** Raises the commit index and has the entries up to it applied. */
export function advanceCommit(raft: Raft, commit: number): void {
  if (commit <= raft.commit) return;
  raft.commit = commit;
  raft.effects.push({ type: 'apply', commit });
}

/** What a replica begins with: who it is, and what its disk remembers. */
export interface RaftStart {
  readonly self: NodeId;
  /** Every member of the cluster, this one among them. */
  readonly members: readonly NodeId[];
  readonly limits: Limits;
  readonly log: ReplicaLog;
  readonly term: number;
  readonly votedFor: NodeId | null;
  readonly voteFloor: LogEnd | null;
  readonly wiped: boolean;
  /** The last entry that the state on the disk has applied; it was committed. */
  readonly applied: number;
  /** A first draw from [0, 1). */
  readonly chance: number;
}

/** A replica as it is before anything has happened to it. */
export function createRaft({ members, applied, ...start }: RaftStart): Raft {
  return {
    ...start,
    peers: members.filter((member) => member !== start.self),
    quorum: Math.floor(members.length / 2) + 1,
    durableTerm: start.term,
    durableVote: start.votedFor,
    durableIndex: start.log.lastIndex,
    leader: null,
    commit: applied,
    leaderCommit: applied,
    diskFull: null,
    syncTicks: 0,
    slowestSync: 0,
    elapsed: 0,
    timeout: 0,
    hasYielded: false,
    preVotes: new Set(),
    votes: new Set(),
    progress: new Map(),
    termStart: 0,
    round: 0,
    reads: [],
    appendsDue: false,
    commitUnsaid: false,
    effects: [],
  };
}
