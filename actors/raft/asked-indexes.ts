import type { Clock } from '../../runtime/clock.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';

/** Strong reads of a follower, which ask the leader for the index to read at. */
export interface AskedIndexes {
  /**
   * A commit index that a quorum confirmed after this call. Rejects as the ask does, no later than at `deadline`
   * (monotonic ms) or that of another read of the same event-loop turn, whichever is later.
   */
  ask(leader: NodeId, deadline: number): Promise<number>;
}

interface Question {
  deadline: number;
  readonly answer: Promise<number>;
}

/**
 * The reads of one event-loop turn are one question. It is put at the turn's end, so that what the leader confirms is
 * later than each of them.
 */
export function createAskedIndexes(mesh: Pick<Mesh, 'ask'>, clock: Clock): AskedIndexes {
  const ofThisTurn = new Map<NodeId, Question>();

  function begin(leader: NodeId, deadline: number): Question {
    const answer = new Promise<void>((resolve) => clock.defer(resolve)).then(async () => {
      ofThisTurn.delete(leader);
      const timeoutMs = question.deadline - clock.monotonic();
      const { index } = await mesh.ask(leader, 'read.index', { forwarded: true }, timeoutMs);
      return index;
    });
    const question: Question = { deadline, answer };
    ofThisTurn.set(leader, question);
    return question;
  }

  return {
    ask(leader, deadline) {
      const question = ofThisTurn.get(leader) ?? begin(leader, deadline);
      question.deadline = Math.max(question.deadline, deadline);
      return question.answer;
    },
  };
}
