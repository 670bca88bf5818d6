import { type Actor, assertEvent, setup } from 'xstate';
import { installSnapshot, noteSynced } from './compaction.ts';
import { countTick, isDiskHanging, noteFullDisk } from './disk-time.ts';
import {
  answerVote,
  countOwnVote,
  countVote,
  hastenElection,
  hearsLeader,
  mayStand,
  startCampaign,
  startPreCampaign,
  takeVoteFloor,
  wonElection,
  wonPreCampaign,
} from './election.ts';
import { acceptAppend, followLeader, rejectStaleAppend } from './follower.ts';
import {
  acceptAnswer,
  appendCommands,
  broadcastNews,
  commitByCounting,
  greetFollower,
  lostQuorum,
  queueReads,
  resumeAfterSnapshot,
  retryAfterSnapshot,
  sayCommit,
  startLeading,
  stopLeading,
  tickLeader,
} from './leader.ts';
import { adoptTerm, type EventOf, type Raft, type ReplicaEvent, restartElectionTimer } from './raft.ts';

/** The events that carry their sender's term. */
const WITH_TERM = [
  'vote.requested',
  'vote.answered',
  'append.received',
  'append.answered',
  'snapshot.received',
  'term.exceeded',
] as const;

/** One level down, because XState copies the context itself. */
interface ChartContext {
  readonly raft: Raft;
}

interface Args {
  readonly context: ChartContext;
  readonly event: ReplicaEvent;
}

/** An action for one type of event. */
function on<T extends ReplicaEvent['type']>(type: T, run: (raft: Raft, event: EventOf<T>) => void) {
  return ({ context, event }: Args) => {
    if (!isOfType(event, type)) throw new Error(`this action is for ${type}, not for ${event.type}`);
    run(context.raft, event);
  };
}

function isOfType<T extends ReplicaEvent['type']>(event: ReplicaEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

function termOf(event: ReplicaEvent): number {
  assertEvent(event, WITH_TERM);
  return event.term;
}

/**
 * The replica's statechart: Raft's roles as states. The arithmetic is in `election.ts`, `following.ts`,
 * `leading.ts` and `compaction.ts`; this table says when it happens.
 */
export const replicaStatechart = setup({
  types: { context: {} as ChartContext, events: {} as ReplicaEvent, input: {} as ChartContext },
  guards: {
    isWiped: ({ context }) => context.raft.wiped,
    isNewerTerm: ({ context, event }) => termOf(event) > context.raft.term,
    isSameTerm: ({ context, event }) => termOf(event) === context.raft.term,
    isStaleTerm: ({ context, event }) => termOf(event) < context.raft.term,
    mayElectAnother: ({ context, event }) => {
      assertEvent(event, 'vote.requested');
      return !event.pre && event.term > context.raft.term && !hearsLeader(context.raft);
    },
    isElectionDue: ({ context }) => context.raft.elapsed >= context.raft.timeout && mayStand(context.raft),
    hasWonPreCampaign: ({ context }) => wonPreCampaign(context.raft),
    hasWon: ({ context }) => wonElection(context.raft),
    hasLostQuorum: ({ context }) => lostQuorum(context.raft),
    isDiskHanging: ({ context }) => isDiskHanging(context.raft),
    isLeaderGone: ({ context, event }) => {
      assertEvent(event, ['peer.disconnected', 'peer.filled']);
      return event.peer === context.raft.leader;
    },
  },
  actions: {
    adoptTerm: ({ context, event }) => adoptTerm(context.raft, termOf(event)),
    answerVote: on('vote.requested', answerVote),
    countVote: on('vote.answered', countVote),
    countOwnVote: ({ context }) => countOwnVote(context.raft),
    forgetVote: on('peer.connected', (raft, event) => {
      if (!event.wiped) return;
      raft.preVotes.delete(event.peer);
      raft.votes.delete(event.peer);
    }),
    startPreCampaign: ({ context }) => startPreCampaign(context.raft),
    startCampaign: ({ context }) => startCampaign(context.raft),
    takeVoteFloor: on('voteFloor.learnt', takeVoteFloor),
    noteFullDisk: on('disk.filled', noteFullDisk),
    restartElectionTimer: ({ context }) => restartElectionTimer(context.raft),
    hastenElection: ({ context }) => hastenElection(context.raft),
    countTick: on('clock.ticked', countTick),

    followLeader: ({ context, event }) => {
      assertEvent(event, ['append.received', 'snapshot.received']);
      followLeader(context.raft, event.from);
    },
    acceptAppend: on('append.received', acceptAppend),
    rejectStaleAppend: on('append.received', rejectStaleAppend),
    acceptSnapshot: on('snapshot.received', (raft, event) => {
      // It could not be written, and every new try at sending it would wait in memory.
      if (isDiskHanging(raft)) return;
      raft.effects.push({ type: 'receiveSnapshot', from: event.from, body: event.body });
    }),
    installSnapshot: on('snapshot.installed', installSnapshot),
    noteSynced: on('batch.synced', noteSynced),

    startLeading: ({ context }) => startLeading(context.raft),
    stopLeading: ({ context }) => stopLeading(context.raft),
    appendCommands: on('commands.proposed', appendCommands),
    queueReads: on('reads.requested', queueReads),
    acceptAnswer: on('append.answered', acceptAnswer),
    commitByCounting: ({ context }) => commitByCounting(context.raft),
    broadcastNews: ({ context }) => broadcastNews(context.raft),
    sayCommit: ({ context }) => sayCommit(context.raft),
    tickLeader: on('clock.ticked', tickLeader),
    greetFollower: on('peer.connected', greetFollower),
    resumeAfterSnapshot: on('snapshot.delivered', resumeAfterSnapshot),
    retryAfterSnapshot: on('snapshot.failed', retryAfterSnapshot),
    reportTwoLeaders: ({ context, event }) => {
      throw new Error(
        `invariant broken: term ${context.raft.term} has two leaders (${JSON.stringify(event)})`,
      );
    },
  },
}).createMachine({
  id: 'replica',
  context: ({ input }) => input,
  initial: 'opening',
  on: { 'disk.filled': '.reading' },
  states: {
    opening: {
      always: [{ guard: 'isWiped', target: 'recovering' }, { target: 'participating' }],
    },

    /** A wiped disk: it neither votes, stands nor acknowledges before every other has told it what it must know. */
    recovering: {
      on: {
        'voteFloor.learnt': { target: 'participating', actions: 'takeVoteFloor' },
        'batch.synced': { actions: 'noteSynced' },
      },
    },

    /**
     * A full disk can keep no promise: the replica neither votes nor acknowledges nor leads, and takes nothing in. Its
     * state is read as it is. There is no way back but to start anew, from what the disk has.
     */
    reading: { entry: 'noteFullDisk' },

    participating: {
      initial: 'follower',
      on: {
        'vote.requested': [
          { guard: 'mayElectAnother', target: '.follower', actions: ['adoptTerm', 'answerVote'] },
          { actions: 'answerVote' },
        ],
        'vote.answered': { guard: 'isNewerTerm', target: '.follower', actions: 'adoptTerm' },
        'append.answered': { guard: 'isNewerTerm', target: '.follower', actions: 'adoptTerm' },
        'term.exceeded': { guard: 'isNewerTerm', target: '.follower', actions: 'adoptTerm' },
        'append.received': [
          { guard: 'isStaleTerm', actions: 'rejectStaleAppend' },
          {
            guard: 'isNewerTerm',
            target: '.follower',
            actions: ['adoptTerm', 'followLeader', 'acceptAppend'],
          },
          { target: '.follower', actions: ['followLeader', 'acceptAppend'] },
        ],
        'snapshot.received': [
          {
            guard: 'isNewerTerm',
            target: '.follower',
            actions: ['adoptTerm', 'followLeader', 'acceptSnapshot'],
          },
          { guard: 'isSameTerm', target: '.follower', actions: ['followLeader', 'acceptSnapshot'] },
        ],
        'snapshot.installed': { actions: 'installSnapshot' },
        'batch.synced': { actions: 'noteSynced' },
        'peer.connected': { actions: 'forgetVote' },
      },
      states: {
        follower: {
          entry: 'restartElectionTimer',
          on: {
            'clock.ticked': [{ guard: 'isElectionDue', target: 'preCandidate' }, { actions: 'countTick' }],
            'append.received': { guard: 'isSameTerm', actions: ['followLeader', 'acceptAppend'] },
            'snapshot.received': { guard: 'isSameTerm', actions: ['followLeader', 'acceptSnapshot'] },
            'peer.disconnected': { guard: 'isLeaderGone', actions: 'hastenElection' },
            'peer.filled': { guard: 'isLeaderGone', actions: 'hastenElection' },
          },
        },

        preCandidate: {
          entry: 'startPreCampaign',
          always: [
            { guard: 'hasWon', target: 'leader' },
            { guard: 'hasWonPreCampaign', target: 'candidate' },
          ],
          on: {
            'clock.ticked': [
              { guard: 'isElectionDue', target: 'preCandidate', reenter: true },
              { actions: 'countTick' },
            ],
            'vote.answered': [
              { guard: 'isNewerTerm', target: 'follower', actions: 'adoptTerm' },
              { actions: 'countVote' },
            ],
          },
        },

        candidate: {
          entry: 'startCampaign',
          always: { guard: 'hasWon', target: 'leader' },
          on: {
            'clock.ticked': [{ guard: 'isElectionDue', target: 'preCandidate' }, { actions: 'countTick' }],
            'vote.answered': [
              { guard: 'isNewerTerm', target: 'follower', actions: 'adoptTerm' },
              { actions: 'countVote' },
            ],
            'batch.synced': { actions: ['noteSynced', 'countOwnVote'] },
          },
        },

        leader: {
          entry: 'startLeading',
          exit: 'stopLeading',
          on: {
            'clock.ticked': [
              { guard: 'hasLostQuorum', target: 'follower' },
              { guard: 'isDiskHanging', target: 'follower' },
              { actions: 'tickLeader' },
            ],
            'commands.proposed': { actions: 'appendCommands' },
            'reads.requested': { actions: 'queueReads' },
            'turn.ended': { actions: 'broadcastNews' },
            'commit.due': { actions: 'sayCommit' },
            'append.answered': { guard: 'isSameTerm', actions: 'acceptAnswer' },
            'append.received': { guard: 'isSameTerm', actions: 'reportTwoLeaders' },
            'batch.synced': { actions: ['noteSynced', 'commitByCounting'] },
            'peer.connected': { actions: 'greetFollower' },
            'snapshot.delivered': { actions: 'resumeAfterSnapshot' },
            'snapshot.failed': { actions: 'retryAfterSnapshot' },
          },
        },
      },
    },
  },
});

const ROLES = {
  follower: 'follower',
  preCandidate: 'pre-candidate',
  candidate: 'candidate',
  leader: 'leader',
} as const;

/** The state of a replica's statechart, as people call it. */
export function roleOf(
  actor: Actor<typeof replicaStatechart>,
): 'recovering' | 'reader' | (typeof ROLES)[keyof typeof ROLES] {
  const { value } = actor.getSnapshot();
  if (value === 'reading') return 'reader';
  return typeof value === 'string' ? 'recovering' : ROLES[value.participating as keyof typeof ROLES];
}
