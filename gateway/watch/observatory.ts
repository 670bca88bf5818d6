import type { Clock, Timer } from '../../runtime/clock.ts';
import type { NodeFigures } from '../../runtime/figures.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId, NodeKind } from '../../runtime/links/mesh.ts';
import type { NumberedHappening } from '../../runtime/numbered-happening.ts';
import type { ToldHappening, WatchedNodeAnswer } from '../../runtime/watch-answers.ts';
import type { ClusterNodes } from '../upstream/cluster-nodes.ts';

/**
 * Looks at every node while somebody watches: asks each, again and again, to tell what happens and how it is. While
 * nobody does it asks nothing, and has no timer.
 */
export interface Observatory {
  /** Watches until the function that it returns is called. */
  watch(observer: StoreObserver): () => void;
  /** The happenings that are known of every node, oldest first for each. */
  happenings(): ToldHappening[];
  /** Every node as it was seen last. */
  nodes(): WatchedNodeAnswer[];
  stop(): void;
}

export interface StoreObserver {
  /** In order for each node, each once. */
  happened(happenings: readonly ToldHappening[]): void;
  /** It is time to look at the figures again. */
  beat(): void;
}

/** What is known of one node. Times are local monotonic ms. */
interface Sight {
  readonly id: NodeId;
  readonly kind: NodeKind;
  run: string;
  /** The last happening of that run. */
  last: number;
  readonly kept: ToldHappening[];
  figures: NodeFigures | undefined;
  /** When they came. */
  seenAt: number;
  /** When it was first asked for figures over the present link. */
  askedAt: number;
}

export function createObservatory(options: {
  readonly mesh: Mesh;
  readonly nodes: readonly { readonly id: NodeId; readonly kind: NodeKind }[];
  readonly clusterNodes: Pick<ClusterNodes, 'silent' | 'pidOf'>;
  readonly clock: Clock;
  readonly limits: Limits;
}): Observatory {
  const { mesh, nodes, clusterNodes, clock, limits } = options;
  const observers = new Set<StoreObserver>();
  const sights = new Map<NodeId, Sight>();
  for (const { id, kind } of nodes) {
    const nothing = { run: '', last: 0, kept: [], figures: undefined, seenAt: 0, askedAt: 0 };
    sights.set(id, { id, kind, ...nothing });
  }
  let renewing: Timer | undefined;
  let beating: Timer | undefined;

  function ask(sight: Sight): void {
    if (sight.askedAt === 0) sight.askedAt = clock.monotonic();
    mesh.tell(sight.id, 'node.watch', { run: sight.run, after: sight.last });
  }

  function renew(): void {
    renewing = clock.setTimeout(renew, limits.watchRenewMs);
    for (const sight of sights.values()) ask(sight);
  }

  function beat(): void {
    beating = clock.setTimeout(beat, limits.figuresEveryMs);
    for (const observer of observers) observer.beat();
  }

  function rest(): void {
    clock.clearTimeout(renewing);
    clock.clearTimeout(beating);
    renewing = undefined;
    for (const sight of sights.values()) {
      sight.askedAt = 0;
      sight.figures = undefined;
    }
  }

  function take(sight: Sight, run: string, happenings: readonly NumberedHappening[]): void {
    if (run !== sight.run) {
      sight.run = run;
      sight.last = 0;
    }
    const fresh = happenings.filter(({ seq }) => seq > sight.last);
    if (fresh.length === 0) return;
    sight.last = fresh.at(-1)!.seq;
    const told = fresh.map((happening) => ({ ...happening, node: sight.id, run }));
    for (const happening of told) sight.kept.push(happening);
    if (sight.kept.length > limits.keptHappenings) {
      sight.kept.splice(0, sight.kept.length - limits.keptHappenings);
    }
    for (const observer of observers) observer.happened(told);
  }

  function stateOf({ id, figures, seenAt, askedAt }: Sight): Pick<WatchedNodeAnswer, 'state' | 'reason'> {
    const { state, reason } = clusterNodes.silent(id);
    if (state === 'down' || !mesh.peer(id)) return { state, reason };
    const now = clock.monotonic();
    if (figures && now - seenAt <= limits.staleFiguresMs) return { state: lifeOf(figures) };
    if (!figures && now - askedAt <= limits.staleFiguresMs) return { state: 'unknown' };
    return { state, reason };
  }

  mesh.onTell('node.happened', ({ run, happenings }, { from }) => {
    const sight = sights.get(from.id);
    if (sight) take(sight, run, happenings);
  });
  mesh.onTell('node.figures', (figures, { from }) => {
    const sight = sights.get(from.id);
    if (!sight || observers.size === 0) return;
    sight.figures = figures;
    sight.seenAt = clock.monotonic();
  });
  mesh.observe({
    opened({ id }) {
      const sight = sights.get(id);
      if (sight && observers.size > 0) ask(sight);
    },
    closed({ id }) {
      const sight = sights.get(id);
      if (!sight) return;
      sight.askedAt = 0;
      sight.figures = undefined;
    },
  });

  return {
    watch(observer) {
      observers.add(observer);
      if (!renewing) {
        renew();
        beat();
      }
      return () => {
        if (observers.delete(observer) && observers.size === 0) rest();
      };
    },
    happenings: () => [...sights.values()].flatMap(({ kept }) => kept),
    nodes() {
      const now = clock.monotonic();
      return [...sights.values()].map((sight) => ({
        id: sight.id,
        kind: sight.kind,
        pid: clusterNodes.pidOf(sight.id),
        ...stateOf(sight),
        figures: sight.figures ?? null,
        ageMs: sight.figures ? Math.round(now - sight.seenAt) : null,
      }));
    },
    stop() {
      observers.clear();
      rest();
    },
  };
}

function lifeOf({ machines }: NodeFigures): WatchedNodeAnswer['state'] {
  const { lifecycle } = machines;
  switch (lifecycle) {
    case 'starting':
    case 'catching-up':
    case 'ready':
    case 'draining':
      return lifecycle;
    default:
      return 'down';
  }
}
