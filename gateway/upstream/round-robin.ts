import type { Clock } from '../../runtime/clock.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';

/** Takes turns over replicas of one kind. */
export interface RoundRobin {
  /**
   * Whom to ask, in this order, for one request: the replicas with an open link, beginning with another one each
   * time. Those that failed a short while ago come last.
   */
  candidates(): NodeId[];
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
  let turn = 0;

  const isPassedOver = (id: NodeId) => (passedOver.get(id) ?? 0) > clock.monotonic();

  mesh.observe({
    opened: ({ id }) => void passedOver.delete(id),
    closed: () => {},
  });

  return {
    candidates() {
      const open = members.filter((id) => mesh.peer(id));
      const good = open.filter((id) => !isPassedOver(id));
      const first = good.length > 0 ? turn++ % good.length : 0;
      return [...good.slice(first), ...good.slice(0, first), ...open.filter(isPassedOver)];
    },
    passOver: (id) => void passedOver.set(id, clock.monotonic() + passOverMs),
  };
}
