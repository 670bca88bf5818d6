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

/** Whether this replica's own log is as new as a wiped disk's vow demands of it. */
export function mayStand(raft: Raft): boolean {
  return raft.vow === null || atLeastAsNew(logEnd(raft), raft.vow);
}

export function wonElection(raft: Raft): boolean {
  return raft.votes.size >= raft.quorum;
}

/** Asks whether a campaign in the next term would be granted; changes no term. */
export function startPreCampaign(raft: Raft): void {
  raft.leader = null;
  restartElectionTimer(raft);
  raft.votes = new Set([raft.self]);
  requestVotes(raft, raft.term + 1, true);
}

/** Enters the next term as a candidate. The own vote counts once it is durable (`countOwnVote`). */
export function startCampaign(raft: Raft): void {
  adoptTerm(raft, raft.term + 1);
  raft.votedFor = raft.self;
  persist(raft);
  restartElectionTimer(raft);
  raft.votes = new Set();
  requestVotes(raft, raft.term, false);
}

function requestVotes(raft: Raft, term: number, pre: boolean): void {
  const body = { term, pre, ...logEnd(raft) };
  for (const to of raft.peers) {
    raft.effects.push({ type: 'sendAfterSync', to, message: { type: 'raft.vote', body } });
  }
}

export function countOwnVote(raft: Raft): void {
  if (raft.durableTerm === raft.term) raft.votes.add(raft.self);
}

export function countVote(raft: Raft, event: EventOf<'vote.answered'>, pre: boolean): void {
  const campaign = pre ? raft.term + 1 : raft.term;
  if (event.granted && event.pre === pre && event.campaign === campaign) raft.votes.add(event.from);
}

/**
 * Answers a request for a vote in a term that this replica is in (or, for a pre-vote, in any term). The answer
 * leaves only after the vote is durable.
 */
export function answerVote(raft: Raft, event: EventOf<'vote.requested'>): void {
  const granted = event.pre ? wouldGrant(raft, event) : grants(raft, event);
  if (granted && !event.pre) {
    raft.votedFor = event.from;
    persist(raft);
    restartElectionTimer(raft);
  }
  const body = { term: raft.term, campaign: event.term, pre: event.pre, granted };
  raft.effects.push({ type: 'sendAfterSync', to: event.from, message: { type: 'raft.voted', body } });
}

function wouldGrant(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  return event.term > raft.term && !hearsLeader(raft) && isNewEnough(raft, event);
}

function grants(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  if (event.term !== raft.term) return false;
  if (raft.votedFor !== null && raft.votedFor !== event.from) return false;
  return isNewEnough(raft, event);
}

function isNewEnough(raft: Raft, event: EventOf<'vote.requested'>): boolean {
  return atLeastAsNew(event, logEnd(raft)) && (raft.vow === null || atLeastAsNew(event, raft.vow));
}

/**
 * The leader's link has closed: no need to wait a whole timeout. Followers stand one after the other by their
 * rank, so that two do not split the vote.
 */
export function hastenElection(raft: Raft): void {
  const candidates = [...raft.peers, raft.self].filter((node) => node !== raft.leader).sort();
  raft.leader = null;
  raft.elapsed = 0;
  raft.timeout = candidates.indexOf(raft.self) * raft.limits.successionTicks;
}

/** A wiped replica knows from every other what it must not fall behind, and takes part from the next term on. */
export function takeVow(raft: Raft, event: EventOf<'vow.completed'>): void {
  raft.term = event.term;
  raft.votedFor = raft.self;
  raft.vow = event.vow;
  persist(raft);
  restartElectionTimer(raft);
}
