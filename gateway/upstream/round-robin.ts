import type { Clock } from '../../runtime/clock.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';

/** Takes turns over replicas of one kind. */
export interface RoundRobin {
  /**
   * Whom to ask, in this order, for one request: the replicas with an open link, beginning with the one that was
   * first least often. Those that failed a short while ago come last.
   *
   * Light requests of one event-loop turn begin with the same one: they leave in one frame, which costs each process on
   * their way one waking instead of several.
   */
  candidates(weight?: 'light' | 'heavy'): NodeId[];
  /** This replica was too slow, behind, overloaded or draining: ask the others first for `passOverMs`. */
  passOver(id: NodeId): void;
}

export function createRoundRobin(options: {
  mesh: Pick<Mesh, 'peer' | 'observe'>;
  members: readonly NodeId[];
  clock: Clock;
  passOverMs: number;
}): RoundRobin {
  const { mesh, members, clock, passOverMs } = options;
  /** Until when a member is passed over, in local monotonic ms. */
  const passedOver = new Map<NodeId, number>();
  /** How often each was first; of one that was away, as often as the others. */
  const firsts = new Map<NodeId, number>();
  /** Where the light requests of this event-loop turn begin. */
  let ofThisTurn: NodeId | undefined;

  const isPassedOver = (id: NodeId) => (passedOver.get(id) ?? 0) > clock.monotonic();

  mesh.observe({
    opened: ({ id }) => void passedOver.delete(id),
    closed: () => {},
  });

  function leastOften(good: readonly NodeId[]): NodeId {
    return good.reduce((least, id) => (firstsOf(id) < firstsOf(least) ? id : least));
  }

  const firstsOf = (id: NodeId) => firsts.get(id) ?? 0;

  /** Whoever is away owes no turns when it is back. */
  function count(first: NodeId, good: readonly NodeId[]): void {
    firsts.set(first, firstsOf(first) + 1);
    const least = firstsOf(leastOften(good));
    for (const id of members) if (firstsOf(id) < least) firsts.set(id, least);
  }

  function keepForThisTurn(id: NodeId): void {
    ofThisTurn = id;
    clock.defer(() => {
      ofThisTurn = undefined;
    });
  }

  return {
    candidates(weight = 'heavy') {
      const open = members.filter((id) => mesh.peer(id));
      const good = open.filter((id) => !isPassedOver(id));
      if (good.length === 0) return open;
      const isKept = weight === 'light' && ofThisTurn !== undefined && good.includes(ofThisTurn);
      const first = isKept ? ofThisTurn! : leastOften(good);
      if (weight === 'light' && !isKept) keepForThisTurn(first);
      count(first, good);
      const at = good.indexOf(first);
      return [...good.slice(at), ...good.slice(0, at), ...open.filter(isPassedOver)];
    },
    passOver: (id) => void passedOver.set(id, clock.monotonic() + passOverMs),
  };
}
