import { arePromisesDurable, canPromise, isDiskHanging, patienceOf } from './disk-time.ts';
import {
  adoptTerm,
  atLeastAsNew,
  type EventOf,
  logEnd,
  persist,
  type Raft,
  restartElectionTimer,
} from './raft.ts';

/**
 * Elections: who stands, who is granted a vote. PreVote asks first whether a campaign could succeed, and so keeps
 * a returning replica from deposing a healthy leader by its higher term.
 */

/** Whether a live leader makes every campaign pointless for now (etcd's leader lease for CheckQuorum). */
export function hearsLeader(raft: Raft): boolean {
  if (raft.leader === raft.self) return true;
  return raft.leader !== null && raft.elapsed < raft.limits.electionTicks;
}

/** Whether this replica's own log is as new as a wiped disk's vote floor demands of it, and its disk could carry a term. */
export function mayStand(raft: Raft): boolean {
  return canPromise(raft) && (raft.voteFloor === null || atLeastAsNew(logEnd(raft), raft.voteFloor));
}

export function wonPreCampaign(raft: Raft): boolean {
  return raft.preVotes.size >= raft.quorum;
}

/** A candidate whose disk has begun to hang meanwhile leads only when it goes on. */
export function wonElection(raft: Raft): boolean {
  return raft.votes.size >= raft.quorum && !isDiskHanging(raft);
}

/**
 * Asks whether a campaign in the next term would be granted; changes no term. Votes of the present term still count:
 * a voter's disk may take longer than an election timeout.
 */
export function startPreCampaign(raft: Raft): void {
  raft.leader = null;
  restartElectionTimer(raft, patienceOf(raft));
  raft.preVotes = new Set([raft.self]);
  for (const message of voteRequests(raft, raft.term + 1, true))
    raft.effects.push({ type: 'send', ...message });
}

/** Enters the next term as a candidate. The own vote counts once it is durable (`countOwnVote`). */
export function startCampaign(raft: Raft): void {
  adoptTerm(raft, raft.term + 1);
  raft.votedFor = raft.self;
  persist(raft);
  restartElectionTimer(raft, patienceOf(raft));
  for (const message of voteRequests(raft, raft.term, false)) {
    raft.effects.push({ type: 'sendAfterSync', ...message });
  }
}

function voteRequests(raft: Raft, term: number, pre: boolean) {
  const body = { term, pre, ...logEnd(raft) };
  return raft.peers.map((to) => ({ to, message: { type: 'raft.vote' as const, body } }));
}

export function countOwnVote(raft: Raft): void {
  if (raft.votedFor === raft.self && arePromisesDurable(raft)) raft.votes.add(raft.self);
}

export function countVote(raft: Raft, event: EventOf<'vote.answered'>): void {
  const { pre, campaign } = event;
  if (!event.granted || campaign !== (pre ? raft.term + 1 : raft.term)) return;
  (pre ? raft.preVotes : raft.votes).add(event.from);
}

/**
 * Answers a request for a vote in a term that this replica is in (or, for a pre-vote, in any term). A vote leaves
 * only after it is durable. A pre-vote promises nothing, so it leaves at once, and so does its request.
 */
export function answerVote(raft: Raft, event: EventOf<'vote.requested'>): void {
  const { pre } = event;
  const granted = pre ? wouldGrant(raft, event) : grants(raft, event);
  if (granted && pre) yieldTo(raft);
  if (granted && !pre) {
    raft.votedFor = event.from;
    persist(raft);
    restartElectionTimer(raft, patienceOf(raft));
  }
  const body = { term: raft.term, campaign: event.term, pre, granted };
  const message = { type: 'raft.voted' as const, body };
  raft.effects.push({ type: pre ? 'send' : 'sendAfterSync', to: event.from, message });
}

/**
 * Another one is about to stand. Its request comes only after its own sync, and a rival within that time would split
 * the vote. Once only, so that a replica that asks again and again without ever being elected holds nobody up.
 */
function yieldTo(raft: Raft): void {
  if (raft.hasYielded) return;
  restartElectionTimer(raft, patienceOf(raft));
  raft.hasYielded = true;
}

/**
 * A replica whose promise is still being written backs no further campaign: the vote that is on its way may elect
 * somebody, and its disk could not follow a climbing term.
 */
function wouldGrant(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  return event.term > raft.term && canPromise(raft) && !hearsLeader(raft) && isNewEnough(raft, event);
}

function grants(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  if (event.term !== raft.term) return false;
  if (raft.votedFor !== null && raft.votedFor !== event.from) return false;
  return isNewEnough(raft, event);
}

function isNewEnough(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  return (
    atLeastAsNew(event, logEnd(raft)) && (raft.voteFloor === null || atLeastAsNew(event, raft.voteFloor))
  );
}

/**
 * The leader's link has closed, or its disk is full: no need to wait a whole timeout. Followers stand one after the other by their
 * rank, so that two do not split the vote.
 */
export function hastenElection(raft: Raft): void {
  const candidates = [...raft.peers, raft.self].filter((node) => node !== raft.leader).sort();
  raft.leader = null;
  raft.elapsed = 0;
  raft.timeout = candidates.indexOf(raft.self) * raft.limits.successionTicks;
}

/** A wiped replica knows from every other what it must not fall behind, and takes part from the next term on. */
export function takeVoteFloor(raft: Raft, event: EventOf<'voteFloor.learnt'>): void {
  raft.term = event.term;
  raft.votedFor = raft.self;
  raft.voteFloor = event.voteFloor;
  persist(raft);
  restartElectionTimer(raft);
}
