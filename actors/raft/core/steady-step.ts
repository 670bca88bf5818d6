import { noteSynced } from './compaction.ts';
import { countTick, isDiskHanging } from './disk-time.ts';
import { mayStand } from './election.ts';
import { acceptAppend, followLeader } from './follower.ts';
import {
  acceptAnswer,
  appendCommands,
  broadcastNews,
  commitByCounting,
  lostQuorum,
  queueReads,
  sayCommit,
  tickLeader,
} from './leader.ts';
import type { EventOf, Raft, ReplicaEvent } from './raft.ts';

type Steps = {
  readonly [T in ReplicaEvent['type']]?: {
    /** Only in the replica's present term: otherwise the event may change the role. */
    readonly inTerm?: true;
    /** Whether the event is about to change the role. */
    endsRole?(raft: Raft): boolean;
    run(raft: Raft, event: EventOf<T>): void;
  };
};

/**
 * What leaders and followers do all day. The statechart has the same steps as transitions without a target; a walk
 * through its interpreter to find that the state stays as it is costs more than the step itself.
 */
const STEPS: Readonly<Record<'leader' | 'follower', Steps>> = {
  leader: {
    'commands.proposed': { run: appendCommands },
    'reads.requested': { run: queueReads },
    'turn.ended': { run: broadcastNews },
    'clock.ticked': { endsRole: (raft) => lostQuorum(raft) || isDiskHanging(raft), run: tickLeader },
    'commit.due': { run: sayCommit },
    'append.answered': { inTerm: true, run: acceptAnswer },
    'batch.synced': {
      run(raft, event) {
        noteSynced(raft, event);
        commitByCounting(raft);
      },
    },
  },
  follower: {
    'append.received': {
      inTerm: true,
      run(raft, event) {
        followLeader(raft, event.from);
        acceptAppend(raft, event);
      },
    },
    'batch.synced': { run: noteSynced },
    'clock.ticked': { endsRole: isElectionDue, run: countTick },
  },
};

function isElectionDue(raft: Raft): boolean {
  return raft.elapsed >= raft.timeout && mayStand(raft);
}

/** Takes an event that cannot change the state of the statechart; false if it may, and then nothing has been done. */
export function steadyStep(raft: Raft, role: string, event: ReplicaEvent): boolean {
  if (role !== 'leader' && role !== 'follower') return false;
  const step = STEPS[role][event.type];
  if (!step || (step.inTerm && (event as { term: number }).term !== raft.term)) return false;
  if (step.endsRole?.(raft)) return false;
  step.run(raft, event as never);
  return true;
}

/**
 * How many ticks on one will do more than be counted, if nothing else happens before: a leader's heartbeat or its look for
 * a quorum, a follower's standing for election.
 */
export function ticksToNextStep({ elapsed, timeout, limits }: Raft, role: string): number {
  if (role === 'follower') return Math.max(1, timeout - elapsed + 1);
  if (role !== 'leader' || elapsed >= limits.electionTicks) return 1;
  return limits.heartbeatTicks - (elapsed % limits.heartbeatTicks);
}
