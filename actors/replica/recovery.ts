import { type Clock, sleep } from '../../runtime/clock.ts';
import type { Mesh, NodeId, Reply } from '../../runtime/mesh.ts';
import { atLeastAsNew, type EventOf } from './raft.ts';

/**
 * What a wiped replica must learn before it takes part again. It may have voted and acknowledged before its disk
 * was lost: whoever it voted for remembers that term, and whatever it helped to commit is on another disk. So it
 * asks every other catalog, again and again until each has answered, and takes the greatest of all.
 *
 * `patienceMs` bounds one question and the pause after it; there is no bound on the whole, since there is nothing
 * else that this replica could safely do.
 */
export async function learnVow(options: {
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly peers: readonly NodeId[];
  readonly patienceMs: number;
  readonly isStopped: () => boolean;
}): Promise<EventOf<'vow.completed'>> {
  const { mesh, clock, peers, patienceMs } = options;

  async function askUntilAnswered(peer: NodeId): Promise<Reply<'raft.identify'>> {
    for (;;) {
      const answer = await mesh.ask(peer, 'raft.identify', {}, patienceMs).catch(() => undefined);
      if (answer) return answer;
      if (options.isStopped()) throw new Error('stopped before every other catalog had answered');
      await sleep(clock, patienceMs);
    }
  }

  const answers = await Promise.all(peers.map(askUntilAnswered));
  const term = Math.max(...answers.map((answer) => answer.term));
  const { lastTerm, lastIndex } = answers.reduce((a, b) => (atLeastAsNew(a, b) ? a : b));
  return { type: 'vow.completed', term, vow: { lastTerm, lastIndex } };
}
