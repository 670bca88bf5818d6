import type { Clock, Timer } from '../clock.ts';
import type { LinkFigures, NodeFigures } from '../figures.ts';
import type { Limits } from '../limits.ts';
import type { Mesh, NodeId } from '../links/mesh.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { NewsRing } from './news-ring.ts';

/**
 * Tells gateways how this node is while they want to know. A gateway asks for it by `node.watch`, which counts for
 * `watchLeaseMs`; without a renewal the node forgets it. While no gateway watches there is no timer, no figure is
 * gathered and no message sent.
 */
export interface WatchedNode {
  /** Gateways that watch. */
  readonly watchers: number;
  stop(): void;
}

/** What a node itself knows; links and process are the same for all. */
export type OwnFigures = Omit<NodeFigures, 'links' | 'rssBytes' | 'lateMs' | 'cpu'>;

interface Lease {
  /** Local monotonic ms at which it is over. */
  until: number;
  /** The last happening that was told. */
  told: number;
}

export function createWatchedNode(options: {
  readonly mesh: Mesh;
  readonly news: NewsRing;
  readonly lifecycle: Pick<Lifecycle, 'observe'>;
  readonly figures: () => OwnFigures;
  readonly clock: Clock;
  readonly limits: Limits;
}): WatchedNode {
  const { mesh, news, lifecycle, figures, clock, limits } = options;
  const leases = new Map<NodeId, Lease>();
  let ticking: Timer | undefined;
  let due = 0;
  let cpuBefore = 0;
  let gatheredAt = 0;

  function tick(): void {
    const now = clock.monotonic();
    for (const [gateway, lease] of leases) if (now >= lease.until) leases.delete(gateway);
    ticking = undefined;
    if (leases.size === 0) return;
    const body = gather(now);
    for (const [gateway, lease] of leases) {
      tellHappenings(gateway, lease);
      mesh.tell(gateway, 'node.figures', body);
    }
    wait();
  }

  function wait(): void {
    due = clock.monotonic() + limits.figuresEveryMs;
    ticking = clock.setTimeout(tick, limits.figuresEveryMs);
  }

  function gather(now: number): NodeFigures {
    const cpu = clock.cpu();
    const share = gatheredAt === 0 ? 0 : (cpu - cpuBefore) / Math.max(1, now - gatheredAt);
    cpuBefore = cpu;
    gatheredAt = now;
    return {
      ...figures(),
      links: mesh.links().map(trimmed),
      rssBytes: process.memoryUsage.rss(),
      lateMs: Math.max(0, Math.round(now - due)),
      cpu: Math.max(0, Math.round(share * 100) / 100),
    };
  }

  /** What found no room on the link is told with the next figures. */
  function tellHappenings(gateway: NodeId, lease: Lease): void {
    const fresh = news.after(lease.told);
    if (fresh.length === 0) return;
    const body = { run: news.run, happenings: [...fresh] };
    if (mesh.tell(gateway, 'node.happened', body)) lease.told = fresh.at(-1)!.seq;
  }

  news.note('life', 'has started');
  mesh.onTell('node.watch', ({ run, after }, { from }) => {
    if (from.kind !== 'gateway') return;
    const until = clock.monotonic() + limits.watchLeaseMs;
    const known = leases.get(from.id);
    if (known) {
      known.until = until;
      return;
    }
    const lease = { until, told: run === news.run ? after : 0 };
    leases.set(from.id, lease);
    tellHappenings(from.id, lease);
    if (!ticking) wait();
  });
  lifecycle.observe((state) => news.note('life', `is ${state} now`, { state }));
  mesh.observe({
    opened({ id }) {
      news.note('linkOpened', `has a link to ${id}`, { peer: id });
    },
    closed({ id }, reason) {
      leases.delete(id);
      news.note('linkLost', `has lost its link to ${id}: ${reason}`, {
        peer: id,
        reason: cut(reason),
      });
    },
  });
  news.observe(() => {
    for (const [gateway, lease] of leases) tellHappenings(gateway, lease);
  });

  return {
    get watchers() {
      return leases.size;
    },
    stop() {
      leases.clear();
      clock.clearTimeout(ticking);
    },
  };
}

const MAX_REASON = 200;
const cut = (reason: string) => reason.slice(0, MAX_REASON);

const trimmed = (link: LinkFigures): LinkFigures =>
  link.problem === undefined ? link : { ...link, problem: cut(link.problem) };
