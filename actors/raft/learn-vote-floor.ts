import { type Clock, sleep } from '../../runtime/clock.ts';
import type { Mesh, NodeId, Reply } from '../../runtime/links/mesh.ts';
import { atLeastAsNew, type EventOf, type Raft } from './core/raft.ts';

type FloorAnswer = Reply<'raft.identify'>;
type Testimony = Extract<FloorAnswer, { recovering: false }>;

/**
 * What a wiped replica must learn before it takes part again. It may have voted and acknowledged before its disk
 * was lost: whoever it voted for remembers that term, and whatever it helped to commit is on another disk. So it
 * asks every other catalog, again and again until each has answered, and takes the greatest of all.
 *
 * Another one that is recovering too has nothing to tell. That is enough as long as those without a memory are
 * fewer than a quorum: then every quorum that ever decided something has a member that remembers it.
 *
 * `patienceMs` bounds one question and the pause after it; there is no bound on the whole, since there is nothing
 * else that this replica could safely do.
 */
export async function learnVoteFloor(options: {
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly raft: Pick<Raft, 'peers' | 'quorum'>;
  readonly patienceMs: number;
  readonly isStopped: () => boolean;
}): Promise<EventOf<'voteFloor.learnt'>> {
  const { mesh, clock, raft, patienceMs } = options;
  const answers = new Map<NodeId, FloorAnswer>();

  async function ask(peer: NodeId): Promise<void> {
    if (answers.get(peer)?.recovering === false) return;
    const answer = await mesh.ask(peer, 'raft.identify', {}, patienceMs).catch(() => undefined);
    if (answer) answers.set(peer, answer);
  }

  while (!options.isStopped()) {
    await Promise.all(raft.peers.map(ask));
    const testimonies = [...answers.values()].filter((answer): answer is Testimony => !answer.recovering);
    const withoutMemory = 1 + answers.size - testimonies.length;
    if (answers.size === raft.peers.length && withoutMemory < raft.quorum) return greatest(testimonies);
    await sleep(clock, patienceMs);
  }
  throw new Error('stopped before every other catalog had answered');
}

function greatest(testimonies: readonly Testimony[]): EventOf<'voteFloor.learnt'> {
  const term = testimonies.reduce((highest, testimony) => Math.max(highest, testimony.term), 0);
  const { lastTerm, lastIndex } = testimonies.reduce((a, b) => (atLeastAsNew(a, b) ? a : b));
  return { type: 'voteFloor.learnt', term, voteFloor: { lastTerm, lastIndex } };
}
