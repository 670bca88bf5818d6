/**
 * What happens to a node, seldom and worth telling: a small object, from which `sentenceOf` makes the log's sentence.
 * Every fact is a word or a number, so that a program can use it without reading sentences.
 */

/** How a replica came to know no leader. */
export type LeaderLoss =
  | { readonly how: 'unknown' | 'resigned' }
  | { readonly how: 'link-lost' | 'disk-full'; readonly leader: string }
  | { readonly how: 'silent'; readonly leader: string; readonly ms: number };

/** Why a leader or a candidate is none any more. */
export type RoleEnd =
  | { readonly why: 'disk-hangs' | 'no-majority' | 'too-few-votes'; readonly ms: number }
  | { readonly why: 'disk-full'; readonly words: string }
  | { readonly why: 'newer-term'; readonly term: number; readonly from: string | null }
  | { readonly why: 'other-leader'; readonly leader: string };

/** Why a vote was not given. */
export type VoteRefusal = 'has-voted' | 'own-log-newer' | 'wiped';

/** Each kind of happening with its facts. */
export interface HappeningFacts {
  preCampaign: { readonly loss: LeaderLoss };
  campaign: { readonly backers: readonly string[] };
  elected: { readonly voters: readonly string[]; readonly members: number };
  defeated: RoleEnd;
  resigned: RoleEnd;
  voteGiven: { readonly candidate: string };
  voteRefused: { readonly candidate: string; readonly why: VoteRefusal; readonly votedFor: string | null };
  leaderFollowed: { readonly leader: string };
  leaderLost: { readonly leader: string };
  wiped: Readonly<Record<never, never>>;
  recovered: { readonly lastIndex: number; readonly lastTerm: number };
  peerWiped: { readonly peer: string };
  snapshotSent: { readonly to: string };
  snapshotDelivered: { readonly to: string; readonly index: number };
  snapshotFailed: { readonly to: string };
  snapshotArrives: { readonly from: string; readonly index: number };
  snapshotInstalled: { readonly index: number };
  diskSlow: { readonly ms: number };
  diskHangs: { readonly ms: number };
  diskFull: { readonly words: string };
  diskWell: Readonly<Record<never, never>>;
  fellBehind: { readonly entries: number };
  caughtUp: { readonly index: number };
  feedFollowed: { readonly catalog: string; readonly index: number };
  feedLeft: { readonly catalog: string; readonly index: number; readonly why: FeedFault };
  feedMissed: { readonly from: number; readonly to: number };
  cacheUsed: Readonly<Record<never, never>>;
  cacheDegraded: { readonly reason: string };
  cacheBypassed: { readonly reason: string };
  processEnded: { readonly fault: string; readonly isStarting: boolean };
  processRestarted: { readonly pid: number | null };
  /** More happened in one second than is told. */
  leftOut: { readonly count: number };
}

/** Why a gateway leaves the feed of a catalog. */
export type FeedFault = 'link-lost' | 'hears-no-leader' | 'stalled';

export type HappeningKind = keyof HappeningFacts;

export type HappeningOf<K extends HappeningKind> = {
  readonly kind: K;
  /** To whom it happened. */
  readonly node: string;
  /** The term it happened in, where it is a replica's. */
  readonly term?: number;
  readonly facts: HappeningFacts[K];
};

export type Happening = { [K in HappeningKind]: HappeningOf<K> }[HappeningKind];

/** What happened, without its subject, which is the node. */
export function sentenceOf({ kind, term, facts }: Happening): string {
  switch (kind) {
    case 'preCampaign':
      return `asks whether it would be elected in term ${Number(term) + 1}: ${lossText(facts.loss)}`;
    case 'campaign':
      return `stands for election in term ${term}, backed by ${listed(facts.backers)}`;
    case 'elected':
      return `leads from term ${term} on, elected by ${listed(facts.voters)} of ${facts.members}`;
    case 'defeated':
      return `was not elected in term ${term}: ${endText(facts)}`;
    case 'resigned':
      return `gives up the lead of term ${term}: ${endText(facts)}`;
    case 'voteGiven':
      return `votes for ${facts.candidate} in term ${term}`;
    case 'voteRefused':
      return `does not vote for ${facts.candidate} in term ${term}: ${refusalText(facts.why, facts.votedFor)}`;
    case 'leaderFollowed':
      return `follows ${facts.leader}, the leader of term ${term}`;
    case 'leaderLost':
      return `has lost its link to ${facts.leader}, the leader of term ${term}`;
    case 'wiped':
      return 'has an empty disk: it takes no part until every other catalog has answered';
    case 'recovered':
      return `takes part from term ${term} on: every other catalog has said what it must not fall behind, entry ${facts.lastIndex} of term ${facts.lastTerm}`;
    case 'peerWiped':
      return `sees that ${facts.peer} has come back with an empty disk`;
    case 'snapshotSent':
      return `sends a snapshot to ${facts.to}, which needs entries that the log has no more`;
    case 'snapshotDelivered':
      return `has brought a snapshot up to entry ${facts.index} to ${facts.to}`;
    case 'snapshotFailed':
      return `could not bring its snapshot to ${facts.to}`;
    case 'snapshotArrives':
      return `receives a snapshot up to entry ${facts.index} from ${facts.from}`;
    case 'snapshotInstalled':
      return `has installed a snapshot up to entry ${facts.index}`;
    case 'diskSlow':
      return `has a slow disk: a sync took ${seconds(facts.ms)}`;
    case 'diskHangs':
      return `has a hanging disk: a sync has taken ${seconds(facts.ms)} so far`;
    case 'diskFull':
      return `has a full disk (${facts.words}): it only reads until there is room, and takes no part`;
    case 'diskWell':
      return 'has a disk that is well again';
    case 'fellBehind':
      return `has fallen behind by ${facts.entries} entries`;
    case 'caughtUp':
      return `has caught up with entry ${facts.index}`;
    case 'feedFollowed':
      return `follows the feed of ${facts.catalog} from ${facts.index}`;
    case 'feedLeft':
      return `leaves the feed of ${facts.catalog} at ${facts.index}, ${FEED_FAULTS[facts.why]}; caches are bypassed meanwhile`;
    case 'feedMissed':
      return `missed the feed from ${facts.from} to ${facts.to}`;
    case 'cacheUsed':
      return 'uses the remote cache';
    case 'cacheDegraded':
      return `finds the remote cache degraded: ${facts.reason}`;
    case 'cacheBypassed':
      return `bypasses the remote cache: ${facts.reason}`;
    case 'processEnded':
      return `ended ${facts.isStarting ? 'during its start ' : ''}(${facts.fault}) and is started again`;
    case 'processRestarted':
      return facts.pid === null ? 'runs again' : `runs again as process ${facts.pid}`;
    case 'leftOut':
      return `leaves out ${facts.count} more happenings of that second`;
  }
}

const FEED_FAULTS: Readonly<Record<FeedFault, string>> = {
  'link-lost': 'to which the link was lost',
  'hears-no-leader': 'which is cut off from the log',
  stalled: 'which has stalled',
};

function lossText(loss: LeaderLoss): string {
  switch (loss.how) {
    case 'unknown':
      return 'it knows no leader';
    case 'resigned':
      return 'it led before and hears no leader';
    case 'link-lost':
      return `the link to the leader ${loss.leader} was lost`;
    case 'disk-full':
      return `the disk of the leader ${loss.leader} is full`;
    case 'silent':
      return `the leader ${loss.leader} was not heard for ${seconds(loss.ms)}`;
  }
}

function endText(end: RoleEnd): string {
  switch (end.why) {
    case 'disk-hangs':
      return `its disk hangs since ${seconds(end.ms)}`;
    case 'disk-full':
      return `its disk is full (${end.words})`;
    case 'no-majority':
      return `no majority was heard for ${seconds(end.ms)}`;
    case 'too-few-votes':
      return `too few votes came within ${seconds(end.ms)}`;
    case 'newer-term':
      return `${end.from ?? 'another catalog'} is in term ${end.term}`;
    case 'other-leader':
      return `${end.leader} leads`;
  }
}

function refusalText(why: VoteRefusal, votedFor: string | null): string {
  if (why === 'has-voted') return `it has voted for ${votedFor}`;
  if (why === 'own-log-newer') return 'its own log is newer';
  return 'its own disk was wiped, and what it held before may be newer';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function listed(nodes: readonly string[]): string {
  return nodes.join(' and ');
}
