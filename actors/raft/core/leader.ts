import type { Body, NodeId } from '../../../runtime/links/mesh.ts';
import { noteDiskTime } from './disk-time.ts';
import { advanceCommit, type EventOf, type Progress, type Raft } from './raft.ts';

/** What a leader does: replicate, commit by counting, confirm reads, and watch that a quorum still hears it. */

/** Opens the term with a no-op: only an entry of the own term may be committed by counting. */
export function startLeading(raft: Raft): void {
  raft.leader = raft.self;
  raft.elapsed = 0;
  raft.round = 0;
  raft.reads = [];
  raft.termStart = raft.log.lastIndex + 1;
  raft.progress = new Map(raft.peers.map((peer) => [peer, newProgress(raft.termStart)]));
  raft.log.append([{ term: raft.term, at: 0, command: null }]);
  raft.appendsDue = true;
}

function newProgress(next: number): Progress {
  return { mode: 'probe', match: 0, next, ackedRound: 0, probeRound: 0, probing: false, active: true };
}

/** Stops leading; the driver answers every waiting proposer that the outcome is not known here. */
export function stopLeading(raft: Raft): void {
  for (const [to, progress] of raft.progress) {
    if (progress.mode === 'snapshot') raft.effects.push({ type: 'stopSnapshot', to });
  }
  raft.leader = null;
  raft.progress = new Map();
  raft.reads = [];
  raft.votes = new Set();
  raft.effects.push({ type: 'resign' });
}

export function appendCommands(raft: Raft, event: EventOf<'commands.proposed'>): void {
  raft.log.append(event.commands.map((command) => ({ term: raft.term, at: event.at, command })));
  raft.appendsDue = true;
}

export function sayCommit(raft: Raft): void {
  if (raft.commitUnsaid) raft.appendsDue = true;
}

export function queueReads(raft: Raft, event: EventOf<'reads.requested'>): void {
  for (const id of event.ids) raft.reads.push({ id, index: undefined, round: 0 });
}

/** Whether a majority, this leader among it, was heard since the last check (CheckQuorum). */
export function lostQuorum(raft: Raft): boolean {
  if (raft.elapsed < raft.limits.electionTicks) return false;
  return 1 + [...raft.progress.values()].filter((progress) => progress.active).length < raft.quorum;
}

export function tickLeader(raft: Raft, event: EventOf<'clock.ticked'>): void {
  noteDiskTime(raft, event);
  if (raft.elapsed >= raft.limits.electionTicks) {
    raft.elapsed = 0;
    for (const progress of raft.progress.values()) progress.active = false;
  }
  raft.elapsed++;
  if (raft.elapsed % raft.limits.heartbeatTicks !== 0) return;
  for (const progress of raft.progress.values()) progress.probing = false;
  raft.appendsDue = true;
}

/**
 * The turn's one broadcast: new entries, the commit index and the round that waiting reads need, to everybody at
 * once. Followers at the same place get the same body, which is encoded once.
 */
export function broadcastNews(raft: Raft): void {
  openReads(raft);
  if (!raft.appendsDue) return;
  raft.appendsDue = false;
  raft.commitUnsaid = false;
  raft.round++;
  const groups = new Map<string, { body: Body<'raft.append'>; to: NodeId[] }>();
  for (const [peer, progress] of raft.progress) {
    const body = nextAppend(raft, peer, progress);
    if (body === undefined) continue;
    const key = `${body.prevIndex}+${body.entries.length}`;
    const group = groups.get(key);
    if (group) group.to.push(peer);
    else groups.set(key, { body, to: [peer] });
  }
  for (const { body, to } of groups.values()) raft.effects.push({ type: 'broadcast', to, body });
  confirmReads(raft);
}

/** What to send to one follower now; nothing while a probe is out. */
function nextAppend(raft: Raft, peer: NodeId, progress: Progress): Body<'raft.append'> | undefined {
  const header = { term: raft.term, commit: raft.commit, seq: raft.round };
  if (progress.mode === 'snapshot') return { ...header, prevIndex: 0, prevTerm: 0, entries: [] };
  const prevIndex = progress.next - 1;
  const prevTerm = raft.log.termAt(prevIndex);
  if (prevTerm === undefined) {
    progress.mode = 'snapshot';
    raft.effects.push({ type: 'sendSnapshot', to: peer });
    return { ...header, prevIndex: 0, prevTerm: 0, entries: [] };
  }
  if (progress.mode === 'probe') {
    if (progress.probing) return undefined;
    progress.probing = true;
    return { ...header, prevIndex, prevTerm, entries: [] };
  }
  const room = roomInFlight(raft, progress);
  const most = Math.min(room, raft.limits.maxEntriesPerAppend);
  const entries = most > 0 ? raft.log.slice(progress.next, most, raft.limits.maxBytesPerAppend) : [];
  progress.next += entries.length;
  // What one message cannot carry goes out with the next turn, not with the next heartbeat.
  if (entries.length < room && progress.next <= raft.log.lastIndex) raft.appendsDue = true;
  return { ...header, prevIndex, prevTerm, entries };
}

/** Entries that may be sent to a follower ahead of its acknowledgements; bytes in flight bound it as well. */
function roomInFlight({ log, limits }: Raft, { match, next }: Progress): number {
  const isFull = log.bytesBetween(match, next - 1) >= limits.maxBytesInFlight;
  return isFull ? 0 : limits.maxEntriesInFlight - (next - 1 - match);
}

export function acceptAnswer(raft: Raft, event: EventOf<'append.answered'>): void {
  const progress = raft.progress.get(event.from);
  if (progress === undefined) return;
  progress.active = true;
  progress.ackedRound = Math.max(progress.ackedRound, event.seq);
  if (event.ok) acceptMatch(raft, progress, event);
  else if (event.seq >= progress.probeRound) stepBack(raft, progress, event);
  confirmReads(raft);
}

function acceptMatch(raft: Raft, progress: Progress, event: EventOf<'append.answered'>): void {
  const { match, agreed = match } = event;
  progress.match = Math.max(progress.match, match);
  if (progress.mode === 'snapshot') return;
  progress.next = Math.max(progress.next, progress.match + 1);
  if (progress.mode === 'probe') {
    progress.mode = 'replicate';
    progress.next = Math.max(progress.match, agreed) + 1;
  }
  // A follower whose disk is slow answers at once while its flight is full: what it lacks cannot be sent yet.
  if (progress.next <= raft.log.lastIndex && roomInFlight(raft, progress) > 0) raft.appendsDue = true;
  commitByCounting(raft);
}

/** The follower's log parts from ours: go back to where it may agree, which is not below what it still holds. */
function stepBack(raft: Raft, progress: Progress, event: EventOf<'append.answered'>): void {
  if (progress.mode === 'snapshot' || event.conflictIndex === undefined) return;
  // A log shorter than what was acknowledged has lost its end (a torn write), and counts for less.
  if (event.conflictTerm === undefined) progress.match = Math.min(progress.match, event.conflictIndex - 1);
  let next = Math.min(event.conflictIndex, raft.log.lastIndex + 1);
  while (event.conflictTerm !== undefined && raft.log.termAt(next) === event.conflictTerm) next++;
  progress.mode = 'probe';
  progress.next = Math.max(progress.match + 1, Math.min(next, progress.next));
  progress.probing = false;
  progress.probeRound = raft.round + 1;
  raft.appendsDue = true;
}

/**
 * The highest index that a quorum has durably, this leader counted up to its own last sync. Only an entry of the
 * current term is committed by counting; older ones are committed with it (Raft, section 5.4.2).
 */
export function commitByCounting(raft: Raft): void {
  const matches = [...raft.progress.values()].map((progress) => progress.match);
  const majority = quorumOf(raft, [raft.durableIndex, ...matches]);
  if (majority <= raft.commit || raft.log.termAt(majority) !== raft.term) return;
  advanceCommit(raft, majority);
  raft.commitUnsaid = true;
}

/** The greatest number that at least a quorum of `numbers` reaches. */
function quorumOf(raft: Raft, numbers: number[]): number {
  return numbers.sort((a, b) => b - a)[raft.quorum - 1]!;
}

/**
 * Gives waiting reads the commit index and the next round. Before this term has committed something, the commit
 * index may be older than what an earlier leader acknowledged (Ongaro 2014, section 6.4), so they wait on.
 *
 * A round for reads alone is not begun while another is under way: those that come meanwhile share the next one, or go
 * with whatever is sent before.
 */
function openReads(raft: Raft): void {
  if (raft.commit < raft.termStart) return;
  const isUnderWay = raft.reads.some(({ index }) => index !== undefined);
  if (isUnderWay && !raft.appendsDue) return;
  for (const read of raft.reads) {
    if (read.index !== undefined) continue;
    read.index = raft.commit;
    read.round = raft.round + 1;
    raft.appendsDue = true;
  }
}

/** Reads whose round a quorum has acknowledged: no newer leader existed when they came. */
function confirmReads(raft: Raft): void {
  if (raft.reads.length === 0) return;
  const rounds = [...raft.progress.values()].map((progress) => progress.ackedRound);
  const confirmed = quorumOf(raft, [raft.round, ...rounds]);
  const isConfirmed = (read: Raft['reads'][number]) => read.index !== undefined && read.round <= confirmed;
  const done = raft.reads.filter(isConfirmed);
  if (done.length === 0) return;
  raft.reads = raft.reads.filter((read) => !isConfirmed(read));
  if (raft.reads.some(({ index }) => index === undefined)) raft.appendsDue = true;
  for (const index of new Set(done.map((read) => read.index!))) {
    const ids = done.filter((read) => read.index === index).map((read) => read.id);
    raft.effects.push({ type: 'confirmReads', ids, index });
  }
}

/** A link has (re)opened: what was in flight is lost; a wiped disk has forgotten what it acknowledged. */
export function greetFollower(raft: Raft, event: EventOf<'peer.connected'>): void {
  const progress = raft.progress.get(event.peer);
  if (progress === undefined) return;
  if (event.wiped) progress.match = 0;
  if (progress.mode === 'snapshot') raft.effects.push({ type: 'stopSnapshot', to: event.peer });
  probeAgain(raft, progress, raft.log.lastIndex + 1);
}

export function resumeAfterSnapshot(raft: Raft, event: EventOf<'snapshot.delivered'>): void {
  const progress = raft.progress.get(event.peer);
  if (progress?.mode !== 'snapshot') return;
  progress.match = Math.max(progress.match, event.index);
  probeAgain(raft, progress, progress.match + 1);
  commitByCounting(raft);
}

/** Tries the oldest entry kept; if that does not fit either, another snapshot follows. */
export function retryAfterSnapshot(raft: Raft, event: EventOf<'snapshot.failed'>): void {
  const progress = raft.progress.get(event.peer);
  if (progress?.mode === 'snapshot') probeAgain(raft, progress, raft.log.offset.index + 1);
}

function probeAgain(raft: Raft, progress: Progress, next: number): void {
  progress.mode = 'probe';
  progress.next = next;
  progress.probing = false;
  progress.probeRound = raft.round + 1;
  raft.appendsDue = true;
}
