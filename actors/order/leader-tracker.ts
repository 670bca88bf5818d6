import type { BazarError } from '../../runtime/errors.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Lifecycle } from '../../runtime/process/lifecycle.ts';

/**
 * Which catalog a proposal goes to: the one that is thought to lead, else the linked ones in turn (they forward).
 * It learns the leader from answers and refusals. A wrong belief costs a hop, never a wrong answer.
 */
export interface LeaderTracker {
  readonly leader: NodeId | null;
  /** A linked catalog, another than `avoid` if there is one; undefined if none is linked. */
  next(avoid: NodeId | undefined): NodeId | undefined;
  /** Takes `id` for the leader, if there is a link to it. */
  setLeader(id: NodeId): void;
  /** Takes `id` for the leader no longer. */
  forgetLeader(id: NodeId): void;
  /** Updates the leader by a catalog's failure; returns another catalog that the failure names as leader. */
  noteFailure(catalog: NodeId, error: BazarError): NodeId | null;
}

/** Reports to `lifecycle` whether any catalog is linked. */
export function createLeaderTracker(
  {
    mesh,
    catalogs,
    isFull = () => false,
  }: {
    readonly mesh: Mesh;
    readonly catalogs: readonly NodeId[];
    /** The disk of this catalog is full: others are asked first. */
    readonly isFull?: (catalog: NodeId) => boolean;
  },
  lifecycle: Pick<Lifecycle, 'caughtUp' | 'fellBehind'>,
): LeaderTracker {
  let leader: NodeId | null = null;
  let turn = 0;
  const isLinked = (id: NodeId) => mesh.peer(id) !== undefined;

  function setLeader(id: NodeId): void {
    if (catalogs.includes(id) && isLinked(id)) leader = id;
  }

  function forgetLeader(id: NodeId): void {
    if (leader === id) leader = null;
  }

  function linksChanged(): void {
    if (leader && !isLinked(leader)) leader = null;
    if (catalogs.some(isLinked)) lifecycle.caughtUp();
    else lifecycle.fellBehind();
  }

  mesh.observe({ opened: linksChanged, closed: linksChanged });
  linksChanged();

  return {
    get leader() {
      return leader;
    },
    setLeader,
    forgetLeader,
    next(avoid) {
      if (leader && leader !== avoid && !isFull(leader)) return leader;
      let last = avoid && isLinked(avoid) ? avoid : undefined;
      for (let step = 0; step < catalogs.length; step++) {
        const catalog = catalogs[turn++ % catalogs.length];
        if (!catalog || catalog === avoid || !isLinked(catalog)) continue;
        if (!isFull(catalog)) return catalog;
        last ??= catalog;
      }
      return last;
    },
    noteFailure(catalog, { code, details }) {
      const named = typeof details.leader === 'string' && details.leader !== catalog ? details.leader : null;
      if (named) setLeader(named);
      else if (code !== 'overloaded') forgetLeader(catalog);
      return named;
    },
  };
}
