import { isDiskSlow } from './disk-time.ts';
import { advanceCommit, type EventOf, type Raft, restartElectionTimer } from './raft.ts';

/** What a follower does with the leader's messages (Raft, figure 2, "AppendEntries RPC, receiver"). */

/** Any message of the term's leader shows that it lives. */
export function followLeader(raft: Raft, leader: string): void {
  raft.leader = leader;
  restartElectionTimer(raft);
}

/** Takes the entries over if they fit. */
export function acceptAppend(raft: Raft, event: EventOf<'append.received'>): void {
  raft.leaderCommit = event.commit;
  const { offset } = raft.log;
  // Entries at or below the compacted offset are committed here, so they agree; what remains begins behind it.
  const compacted = Math.max(0, offset.index - event.prevIndex);
  const prevIndex = event.prevIndex + compacted;
  const prevTerm = compacted > 0 ? offset.term : event.prevTerm;
  const entries = event.entries.slice(compacted);

  const ownTerm = raft.log.termAt(prevIndex);
  if (ownTerm !== prevTerm) {
    refuseAppend(raft, event, prevIndex, ownTerm);
    return;
  }
  appendMissing(raft, prevIndex, entries);
  const agreed = event.prevIndex + event.entries.length;
  // What this leader has not vouched for may still be overwritten, however high its commit index is.
  advanceCommit(raft, Math.min(event.commit, agreed));
  acknowledge(raft, event, agreed);
}

/**
 * Entries are acknowledged after their sync. An append without any, and every one while the disk is slow, is answered
 * at once with what is durable already: the leader measures by it whether this process lives and can be reached, and
 * confirms strong reads by it. Neither depends on a disk.
 *
 * - A round confirms a read because no newer leader had been elected when the read came. Whoever helped to elect
 *   one had that term durably, and would refuse this one even after a crash. So the term that answers need not
 *   be durable itself.
 * - `match` is a promise to have these entries after a crash. Without its term on the disk a replica could come back,
 *   follow a leader of an earlier term, and cut off what it had promised. So nothing is promised until the
 *   term is durable. `agreed` promises nothing; it tells the leader where to go on.
 */
function acknowledge(raft: Raft, event: EventOf<'append.received'>, agreed: number): void {
  const body = { term: raft.term, ok: true, match: agreed, seq: event.seq };
  if (event.entries.length > 0) answer(raft, event, 'sendAfterSync', body);
  if (event.entries.length > 0 && !isDiskSlow(raft)) return;
  const match = raft.durableTerm === raft.term ? Math.min(agreed, raft.durableIndex) : 0;
  answer(raft, event, 'send', match === agreed ? body : { ...body, match, agreed });
}

/** An append of an older term: its sender learns of the newer one and steps down. */
export function rejectStaleAppend(raft: Raft, event: EventOf<'append.received'>): void {
  answer(raft, event, 'send', { term: raft.term, ok: false, match: 0, seq: event.seq });
}

/** Skips what is there already; only a real conflict (same index, other term) cuts the log. */
function appendMissing(raft: Raft, prevIndex: number, entries: EventOf<'append.received'>['entries']): void {
  for (let position = 0; position < entries.length; position++) {
    const index = prevIndex + 1 + position;
    const ownTerm = raft.log.termAt(index);
    if (ownTerm === entries[position]!.term) continue;
    if (ownTerm !== undefined) truncate(raft, index - 1);
    raft.log.append(entries.slice(position));
    return;
  }
}

function truncate(raft: Raft, lastKept: number): void {
  if (lastKept < raft.commit) {
    throw new Error(`invariant broken: entry ${lastKept + 1} is committed and would be overwritten`);
  }
  raft.log.truncateAfter(lastKept);
  raft.durableIndex = Math.min(raft.durableIndex, lastKept);
}

/**
 * Says where the logs part: at the end of a log that is too short, or where the conflicting term begins. A refusal
 * promises nothing, so it leaves at once.
 */
function refuseAppend(
  raft: Raft,
  event: EventOf<'append.received'>,
  prevIndex: number,
  ownTerm: number | undefined,
): void {
  const refusal = { term: raft.term, ok: false, match: 0, seq: event.seq };
  if (ownTerm === undefined) {
    answer(raft, event, 'send', { ...refusal, conflictIndex: raft.log.lastIndex + 1 });
    return;
  }
  let conflictIndex = prevIndex;
  while (conflictIndex > raft.commit + 1 && raft.log.termAt(conflictIndex - 1) === ownTerm) conflictIndex--;
  answer(raft, event, 'send', { ...refusal, conflictTerm: ownTerm, conflictIndex });
}

function answer(
  raft: Raft,
  event: EventOf<'append.received'>,
  when: 'send' | 'sendAfterSync',
  body: Omit<EventOf<'append.answered'>, 'type' | 'from'>,
): void {
  raft.effects.push({ type: when, to: event.from, message: { type: 'raft.appended', body } });
}
