import type {
  Happening,
  HappeningFacts,
  LeaderLoss,
  RoleEnd,
  VoteRefusal,
} from '../../runtime/happenings.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { ReplicaRole } from '../replica/replica.ts';
import { isDiskHanging } from './core/disk-time.ts';
import { atLeastAsNew, type EventOf, logEnd, type Raft, type ReplicaEvent } from './core/raft.ts';

/**
 * Tells what happens to a replica: elections and their votes, who leads, why a lead ended, snapshots, its disk. It
 * compares the replica with what it was before, so a change is told once, wherever in the statechart it came about.
 */
export interface Chronicle {
  /** To be called after each event. */
  look(event: ReplicaEvent): void;
  /** A snapshot begins to be sent. */
  sends(to: NodeId): void;
}

/**
 * The events of every purchase and heartbeat. They change a role only together with the term or the leader, so two
 * comparisons are all that they cost.
 */
function isRoutine({ type }: ReplicaEvent): boolean {
  switch (type) {
    case 'append.received':
    case 'append.answered':
    case 'batch.synced':
    case 'commands.proposed':
    case 'reads.requested':
    case 'turn.ended':
    case 'commit.due':
      return true;
    default:
      return false;
  }
}

export function createChronicle(options: {
  readonly raft: Raft;
  readonly role: () => ReplicaRole;
  readonly applied: () => number;
  readonly happened: (happening: Happening) => void;
}): Chronicle {
  const { raft, applied, happened } = options;
  const { limits } = raft;
  let role = options.role();
  let { term, votedFor } = raft;
  let leader: NodeId | null = null;
  let loss: LeaderLoss = { how: 'unknown' };
  /** Ticks since the leader was heard, as of the last look. */
  let silentTicks = 0;
  let disk: 'well' | 'slow' | 'hanging' = 'well';
  let isBehind = false;
  let transfer: string | undefined;

  function tell<K extends keyof HappeningFacts>(kind: K, facts: HappeningFacts[K], at = raft.term): void {
    happened({ kind, node: raft.self, term: at, facts } as Happening);
  }

  function ms(ticks: number): number {
    return Math.round(ticks * limits.tickMs);
  }

  function noteLeader(event: ReplicaEvent): void {
    if (raft.leader === leader) {
      noteRole(event);
      return;
    }
    if (leader !== null && leader !== raft.self) {
      loss = howLost(event, leader);
      if (loss.how === 'link-lost') tell('leaderLost', { leader }, term);
    }
    leader = raft.leader;
    noteRole(event);
    if (leader !== null && leader !== raft.self) tell('leaderFollowed', { leader });
  }

  function howLost({ type }: ReplicaEvent, leader: NodeId): LeaderLoss {
    if (type === 'peer.disconnected') return { how: 'link-lost', leader };
    if (type === 'peer.filled') return { how: 'disk-full', leader };
    return { how: 'silent', leader, ms: ms(silentTicks) };
  }

  function noteRole(event: ReplicaEvent): void {
    const next = options.role();
    if (next === role) return;
    const before = role;
    role = next;
    if (before === 'recovering' && next !== 'reader') tell('recovered', raft.voteFloor ?? logEnd(raft));
    const full = event.type === 'disk.filled' ? { why: 'disk-full' as const, words: event.words } : undefined;
    if (before === 'leader') tell('resigned', full ?? whyResigned(event), term);
    if (before === 'candidate' && next !== 'leader') tell('defeated', full ?? whyDefeated(event), term);
    if (next === 'pre-candidate') tell('preCampaign', { loss });
    if (next === 'candidate') tell('campaign', { backers: [...raft.preVotes].sort() });
    if (next === 'leader') {
      loss = { how: 'resigned' };
      tell('elected', { voters: [...raft.votes].sort(), members: raft.peers.length + 1 });
    }
  }

  function whyResigned(event: ReplicaEvent): RoleEnd {
    if (event.type !== 'clock.ticked') return newerTerm(event);
    if (isDiskHanging(raft)) return { why: 'disk-hangs', ms: ms(raft.syncTicks) };
    return { why: 'no-majority', ms: ms(limits.electionTicks) };
  }

  function whyDefeated(event: ReplicaEvent): RoleEnd {
    if (event.type === 'clock.ticked') return { why: 'too-few-votes', ms: ms(silentTicks) };
    if (raft.leader === null || raft.term !== term) return newerTerm(event);
    return { why: 'other-leader', leader: raft.leader };
  }

  function newerTerm(event: ReplicaEvent): RoleEnd {
    return { why: 'newer-term', term: raft.term, from: 'from' in event ? event.from : null };
  }

  function noteVote(event: EventOf<'vote.requested'>): void {
    const { from: candidate } = event;
    if (event.pre || event.term !== raft.term || role === 'recovering') return;
    const isNew = votedFor !== candidate || term !== raft.term;
    if (raft.votedFor !== candidate)
      tell('voteRefused', { candidate, why: whyRefused(event), votedFor: raft.votedFor });
    else if (isNew) tell('voteGiven', { candidate });
  }

  function whyRefused(event: EventOf<'vote.requested'>): VoteRefusal {
    if (raft.votedFor !== null) return 'has-voted';
    return atLeastAsNew(event, logEnd(raft)) ? 'wiped' : 'own-log-newer';
  }

  function noteDisk(): void {
    const { syncTicks, slowestSync } = raft;
    if (isDiskHanging(raft)) {
      if (disk !== 'hanging') tell('diskHangs', { ms: ms(syncTicks) });
      disk = 'hanging';
    } else if (slowestSync >= limits.slowDiskTicks) {
      if (disk === 'well') tell('diskSlow', { ms: ms(slowestSync) });
      disk = 'slow';
    } else if (disk !== 'well' && slowestSync < limits.slowDiskTicks / 2) {
      tell('diskWell', {});
      disk = 'well';
    }
  }

  function noteDistance(): void {
    const entries = raft.leaderCommit - applied();
    if (!isBehind && entries > limits.keptEntries) {
      isBehind = true;
      tell('fellBehind', { entries });
    } else if (isBehind && entries <= 0) {
      isBehind = false;
      tell('caughtUp', { index: raft.leaderCommit });
    }
  }

  function noteTransfer({ from, body }: EventOf<'snapshot.received'>): void {
    if (body.index <= raft.commit || body.transfer === transfer) return;
    transfer = body.transfer;
    tell('snapshotArrives', { from, index: body.index });
  }

  function noteRest(event: ReplicaEvent): void {
    switch (event.type) {
      case 'clock.ticked':
        noteDisk();
        noteDistance();
        break;
      case 'vote.requested':
        noteVote(event);
        break;
      case 'snapshot.received':
        noteTransfer(event);
        break;
      case 'disk.filled':
        tell('diskFull', { words: event.words });
        break;
      case 'snapshot.installed':
        tell('snapshotInstalled', { index: event.position.index });
        break;
      case 'snapshot.delivered':
        tell('snapshotDelivered', { to: event.peer, index: event.index });
        break;
      case 'snapshot.failed':
        tell('snapshotFailed', { to: event.peer });
        break;
      case 'peer.connected':
        if (event.wiped) tell('peerWiped', { peer: event.peer });
    }
  }

  if (role === 'recovering') tell('wiped', {});
  return {
    look(event) {
      if (raft.term === term && raft.leader === leader && isRoutine(event)) return;
      noteLeader(event);
      noteRest(event);
      silentTicks = raft.elapsed;
      ({ term, votedFor } = raft);
    },
    sends: (to) => tell('snapshotSent', { to }),
  };
}
