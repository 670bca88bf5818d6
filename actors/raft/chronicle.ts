import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import { atLeastAsNew, type EventOf, logEnd, type Raft, type ReplicaEvent } from './core/raft.ts';

export type Role = 'recovering' | 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/**
 * Tells what happens to a replica in sentences for the log: elections and their votes, who leads, why a lead ended,
 * snapshots, disks. It looks at the replica after each event and tells what is other than before, so a change is told
 * once, wherever in the statechart it came about.
 */
export interface Chronicle {
  look(event: ReplicaEvent, role: Role): void;
}

export function createChronicle(options: {
  readonly raft: Raft;
  readonly logger: Logger;
  readonly applied: () => number;
}): Chronicle {
  const { raft, logger, applied } = options;
  const { limits } = raft;
  let role: Role = 'follower';
  let term = raft.term;
  let vote: NodeId | null = raft.votedFor;
  let leader: NodeId | null = null;
  /** The leader that was lost last, and how. */
  let loss = 'it knows no leader';
  let silentTicks = 0;
  let disk: 'well' | 'slow' | 'hanging' = 'well';
  let isBehind = false;
  const receiving = new Set<string>();
  let told = 0;
  let left = 0;
  let ticks = 0;

  function tell(sentence: string, facts: object = {}): void {
    if (told++ < limits.maxChronicleLines) logger.info({ term: raft.term, ...facts }, sentence);
    else left++;
  }

  /** A second begins. */
  function renew(): void {
    if (left > 0) logger.info(`${left} more changes in that second are left out`);
    told = 0;
    left = 0;
  }

  function seconds(count: number): string {
    return `${((count * limits.tickMs) / 1000).toFixed(1)} s`;
  }

  function noteLeader(event: ReplicaEvent): void {
    if (raft.leader === leader) return;
    if (leader !== null && leader !== raft.self) {
      const isCut = event.type === 'peer.disconnected';
      loss = isCut
        ? `the link to the leader ${leader} was lost`
        : `the leader ${leader} was not heard for ${seconds(silentTicks)}`;
      if (isCut) tell(`has lost its link to the leader ${leader}`);
    }
    leader = raft.leader;
    if (leader !== null && leader !== raft.self) tell(`follows ${leader}, the leader of term ${raft.term}`);
  }

  function noteRole(event: ReplicaEvent, next: Role): void {
    if (next === role) return;
    const before = role;
    role = next;
    if (before === 'recovering') {
      const { lastIndex, lastTerm } = raft.voteFloor!;
      tell(
        `knows from every other catalog what it must not fall behind: entry ${lastIndex} of term ${lastTerm}`,
      );
    }
    if (next === 'recovering') tell('was wiped: it takes no part until every other catalog has answered');
    if (before === 'leader') tell(`gives up the lead of term ${term}: ${whyResigned(event)}`);
    if (before === 'candidate' && next !== 'leader')
      tell(`was not elected in term ${term}: ${whyDefeated(event)}`);
    if (next === 'pre-candidate') tell(`asks whether it would be elected in term ${raft.term + 1}: ${loss}`);
    if (next === 'candidate')
      tell(`stands for election in term ${raft.term}, backed by ${names(raft.preVotes)}`);
    if (next === 'leader') {
      loss = 'it led before and hears no leader';
      tell(`leads from term ${raft.term} on, elected by ${names(raft.votes)} of ${raft.peers.length + 1}`);
    }
  }

  function whyResigned(event: ReplicaEvent): string {
    if (event.type === 'clock.ticked') {
      if (raft.syncTicks >= limits.hangingDiskTicks) return `its disk hangs since ${seconds(raft.syncTicks)}`;
      return `no majority was heard for ${seconds(limits.electionTicks)}`;
    }
    return `${senderOf(event)} is in term ${raft.term}`;
  }

  function whyDefeated(event: ReplicaEvent): string {
    if (event.type === 'clock.ticked') return 'too few votes came in time';
    return raft.leader === null ? `${senderOf(event)} is in term ${raft.term}` : `${raft.leader} leads`;
  }

  function noteVote(event: EventOf<'vote.requested'>): void {
    if (event.pre || event.term !== raft.term) return;
    const { from } = event;
    if (raft.votedFor === from) {
      if (vote !== from || term !== raft.term) tell(`votes for ${from} in term ${raft.term}`);
      return;
    }
    const why = raft.votedFor === null ? whyUnfit(event) : `it has voted for ${raft.votedFor}`;
    tell(`does not vote for ${from} in term ${raft.term}: ${why}`);
  }

  function whyUnfit(event: EventOf<'vote.requested'>): string {
    if (!atLeastAsNew(event, logEnd(raft))) return 'its own log is newer';
    return 'its own disk was wiped, and what it held before may be newer';
  }

  function noteDisk(): void {
    const { syncTicks, slowestSync } = raft;
    if (syncTicks >= limits.hangingDiskTicks) {
      if (disk !== 'hanging') tell(`its disk hangs: a sync has taken ${seconds(syncTicks)} so far`);
      disk = 'hanging';
    } else if (slowestSync >= limits.slowDiskTicks) {
      if (disk === 'well') tell(`its disk is slow: a sync took ${seconds(slowestSync)}`);
      disk = 'slow';
    } else if (disk !== 'well' && slowestSync < limits.slowDiskTicks / 2) {
      tell('its disk is well again');
      disk = 'well';
    }
  }

  function noteDistance(): void {
    const distance = raft.leaderCommit - applied();
    if (!isBehind && distance > limits.keptEntries) {
      isBehind = true;
      tell(`has fallen behind by ${distance} entries`);
    } else if (isBehind && distance <= 0) {
      isBehind = false;
      tell(`has caught up with entry ${raft.leaderCommit}`);
    }
  }

  function noteSnapshot(event: EventOf<'snapshot.received'>): void {
    const { index, transfer } = event.body;
    if (index <= raft.commit || receiving.has(transfer)) return;
    receiving.clear();
    receiving.add(transfer);
    tell(`receives a snapshot up to entry ${index} from ${event.from}`);
  }

  function look(event: ReplicaEvent, next: Role): void {
    if (event.type === 'clock.ticked') {
      if (++ticks % Math.ceil(1_000 / limits.tickMs) === 0) renew();
      noteDisk();
      noteDistance();
    }
    noteLeader(event);
    noteRole(event, next);
    if (event.type === 'vote.requested') noteVote(event);
    if (event.type === 'snapshot.received') noteSnapshot(event);
    if (event.type === 'snapshot.installed')
      tell(`has installed a snapshot up to entry ${event.position.index}`);
    if (event.type === 'snapshot.delivered') tell(`${event.peer} has a snapshot up to entry ${event.index}`);
    if (event.type === 'snapshot.failed') tell(`the snapshot for ${event.peer} did not get there`);
    if (event.type === 'peer.connected' && event.wiped)
      tell(`${event.peer} has come back with an empty disk`);
    for (const effect of raft.effects) {
      if (effect.type === 'sendSnapshot')
        tell(`sends a snapshot to ${effect.to}, which needs entries that the log has no more`);
    }
    silentTicks = raft.elapsed;
    term = raft.term;
    vote = raft.votedFor;
  }

  return { look };
}

function senderOf(event: ReplicaEvent): string {
  return 'from' in event ? event.from : 'another catalog';
}

function names(nodes: ReadonlySet<NodeId>): string {
  return [...nodes].sort().join(' and ');
}
