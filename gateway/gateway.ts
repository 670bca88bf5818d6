import type { Clock } from '../runtime/clock.ts';
import { createHappenings, type Happenings } from '../runtime/create-happenings.ts';
import type { Command, Key } from '../runtime/domain.ts';
import type { Happening } from '../runtime/happenings.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Mesh, NodeId } from '../runtime/links/mesh.ts';
import type { Logger } from '../runtime/logger.ts';
import type { NodeStatus } from '../runtime/node-status.ts';
import { createFullDisks } from '../runtime/process/full-disks.ts';
import { createLifecycle, type Lifecycle } from '../runtime/process/lifecycle.ts';
import { createNewsRing } from '../runtime/process/news-ring.ts';
import { createWatchedNode, type OwnFigures } from '../runtime/process/watched-node.ts';
import type { Random } from '../runtime/random.ts';
import { topicKey } from '../runtime/topic.ts';
import { createWaits } from '../runtime/waits.ts';
import type { Condition } from './cache/condition.ts';
import { createFreshness } from './cache/freshness.ts';
import type { RemoteCache } from './cache/remote-cache.ts';
import { type Changes, createChanges } from './feed/changes.ts';
import { createFeedFollower } from './feed/feed-follower.ts';
import { createFloor } from './feed/floor.ts';
import { createReach } from './feed/reach.ts';
import { createReads } from './reads.ts';
import type { ClusterStatus, GatewayService } from './service.ts';
import { auditCluster } from './upstream/audit.ts';
import { createClusterNodes, leaderOf, type ProcessWord } from './upstream/cluster-nodes.ts';
import { createLargeWrites } from './upstream/large-writes.ts';
import { createRoundRobin } from './upstream/round-robin.ts';
import { createSubmissions } from './upstream/submissions.ts';
import { createObservatory } from './watch/observatory.ts';
import { createProcessHappenings } from './watch/process-happenings.ts';

export interface GatewayOptions {
  readonly mesh: Mesh & { readonly url: string };
  /** Every catalog of the cluster. */
  readonly catalogs: readonly NodeId[];
  /** Every order replica. */
  readonly orders: readonly NodeId[];
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  /** The cache behind the one in the process; without it that one serves alone. */
  readonly remote?: RemoteCache;
  readonly pid?: number;
  /** So many catalogs must be within reach; more than half of them unless it is said. */
  readonly neededCatalogs?: number;
  /** An engine outside orders the log: no catalog leads. */
  readonly isOrderedOutside?: boolean;
  /** False until `fill` says that the first books are in. */
  readonly filled?: boolean;
}

/** A gateway: takes requests in turns to the replicas, and remembers what it read. */
export interface Gateway
  extends GatewayService,
    Pick<Lifecycle, 'state' | 'observe'>,
    Pick<Happenings, 'onHappening'> {
  /** How it is now. */
  figures(): OwnFigures;
  /** The launcher's word on which processes there are. */
  setProcesses(processes: readonly ProcessWord[]): void;
  /** A fault was made on purpose: it stands among what happened, before what it leads to. */
  noteFault(text: string): void;
  /** The first books are in. */
  fill(): void;
  /** Says from now on that it is leaving. The bridge before it counts the requests and turns new ones away. */
  drain(): void;
  /** Ends every timer; requests still in flight fail. */
  stop(): Promise<void>;
}

type CacheStatus = ClusterStatus['cache'];

function cacheHappening(node: NodeId, condition: Condition): Happening {
  if (condition.state === 'ready') return { kind: 'cacheUsed', node, facts: {} };
  const { state, reason } = condition;
  return { kind: state === 'degraded' ? 'cacheDegraded' : 'cacheBypassed', node, facts: { reason } };
}

const NO_FEED = { state: 'bypassed', reason: 'no catalog tells of changes' } as const;

export function createGateway(options: GatewayOptions): Gateway {
  const { mesh, catalogs, orders, clock, random, limits, logger, remote, pid = process.pid } = options;
  const boot = random.id();
  const { neededCatalogs = Math.floor(catalogs.length / 2) + 1, isOrderedOutside = false } = options;
  let { filled = true } = options;
  const lifecycle = createLifecycle({ clock, logger, limits });
  const happenings = createHappenings({ node: mesh.self, clock, limits, logger });
  const news = createNewsRing({ clock, limits, pid, happenings });
  const processesChanged = createProcessHappenings(news);
  const disks = createFullDisks(options);
  const waits = createWaits(clock);
  const freshness = createFreshness(limits);
  const ports = { mesh, clock, limits, waits, freshness, remote, logger };
  const { passOverMs } = limits;
  const catalogTurns = createRoundRobin({ mesh, members: catalogs, clock, passOverMs });
  const orderTurns = createRoundRobin({ mesh, members: orders, clock, passOverMs });

  const floor = createFloor({ ...ports, catalogs: catalogTurns });

  const feed = createFeedFollower({
    ...ports,
    happened: happenings.tell,
    catalogs: catalogTurns,
    acknowledged: () => freshness.highest,
    changed(change, asOf) {
      freshness.books.raise(change.id, change.version);
      const { topic, formerTopics = [] } = change;
      if (topic !== undefined) {
        for (const name of [topic, ...formerTopics]) freshness.topics.raise(topicKey(name), change.version);
      }
      reads.patch(change, asOf);
      changes.deliver(change);
    },
    heard(index) {
      changes.heard(index);
      reach.heard();
    },
    booted: (boot) => remote?.booted(boot),
    missed(from, to) {
      freshness.missed(to);
      changes.missed(from);
    },
  });

  const reach = createReach({ ...ports, floor, fed: () => feed.index });

  const count = { hits: 0, misses: 0 };
  /** The highest index that is known to be committed. */
  const committed = () => Math.max(freshness.highest, feed.index);
  const cachePorts = {
    ...ports,
    self: mesh.self,
    hearsChanges: () => feed.live,
    currentAt: () => feed.currentAt,
    committed,
    count,
  };
  const reads = createReads({ ...cachePorts, catalogs: catalogTurns, floor });
  const changes: Changes = createChanges({ ...ports, books: (page) => reads.books(page) });
  const largeWrites = createLargeWrites(limits, clock);
  const submit = createSubmissions({ ...ports, orders: orderTurns, noteBook: reads.noteBook });
  const nodes = [
    ...catalogs.map((id) => ({ id, kind: 'catalog' as const })),
    ...orders.map((id) => ({ id, kind: 'order' as const })),
  ];
  const clusterNodes = createClusterNodes({ mesh, nodes, limits });
  const observatory = createObservatory({
    mesh,
    nodes: [...nodes, { id: mesh.self, kind: 'gateway' }],
    clusterNodes,
    clock,
    limits,
  });

  /** A gateway is ready when it reaches as many catalogs as are needed and knows which index is fresh. */
  function updateReadiness(): void {
    const reachable = catalogs.filter((id) => mesh.peer(id)).length;
    if (freshness.known && reachable >= neededCatalogs) lifecycle.caughtUp();
    else lifecycle.fellBehind();
  }

  /** The names of a new command. A key that is made here is known to nobody else. */
  function named(key: Key | undefined): Pick<Command, 'key' | 'requestId' | 'once'> {
    const requestId = random.id();
    return key === undefined ? { key: random.id(), requestId, once: true } : { key, requestId };
  }

  /** Purchases are possible, and the store is what the launcher's ready line says of it. */
  function whyUnready(): string | undefined {
    if (disks.reason !== undefined) return disks.reason;
    if (lifecycle.state !== 'ready') return 'No quorum of catalogs is within reach.';
    if (clock.monotonic() - feed.currentAt > limits.readySilenceMs) {
      return isOrderedOutside ? 'No catalog reaches the engine of the log.' : 'No catalog hears a leader.';
    }
    if (!orders.some((id) => mesh.peer(id))) return 'No order replica is within reach.';
    return filled ? undefined : 'The first books are not in yet.';
  }

  const ownStatus = (): NodeStatus => ({
    id: mesh.self,
    kind: 'gateway',
    pid,
    state: lifecycle.state,
    url: mesh.url,
  });

  const cacheStatus = (): CacheStatus => ({
    kind: remote ? 'redis' : 'memory',
    ...(feed.live ? (remote?.condition ?? { state: 'ready' }) : NO_FEED),
    ...count,
  });
  const knownVersion = () => (freshness.known ? committed() : null);
  const figures = (): OwnFigures => ({
    machines: { lifecycle: lifecycle.state, feed: feed.state },
    gateway: { version: knownVersion(), feed: feed.catalog, cache: cacheStatus() },
  });
  const watchedNode = createWatchedNode({ ...ports, news, lifecycle, figures });

  mesh.onAsk('status', ownStatus);
  mesh.observe({ opened: updateReadiness, closed: updateReadiness });
  remote?.observe((condition) => happenings.tell(cacheHappening(mesh.self, condition)));
  lifecycle.opened();
  void floor.seek((index, askedAt) => {
    feed.start(index, askedAt);
    updateReadiness();
  });

  return {
    id: mesh.self,
    get state() {
      return lifecycle.state;
    },
    observe: lifecycle.observe,
    onHappening: happenings.onHappening,
    whyUnready,
    figures,

    ...reads,
    purchase: (lines, key, { customer, trace } = {}) =>
      submit({ kind: 'purchase', ...named(key), lines: [...lines], customer }, trace),
    hold: (lines, ttlMs, key, customer) =>
      submit({ kind: 'hold', ...named(key), lines: [...lines], ttlMs, customer }),
    confirm: (key) => submit({ kind: 'confirm', ...named(key) }),
    release: (key) => submit({ kind: 'release', ...named(key) }),
    cancel: (wish, key) => submit({ kind: 'cancel', ...named(key), ...wish }),
    addBooks: (books, key) =>
      largeWrites.inTurn(books.length, () => submit({ kind: 'addBooks', ...named(key), books: [...books] })),
    updateBook: (id, change, key) => submit({ kind: 'updateBook', ...named(key), id, ...change }),
    changeBooks: (changes, key) => submit({ kind: 'changeBooks', ...named(key), changes: [...changes] }),

    onChange: changes.onChange,
    onHeard: changes.onHeard,

    async status() {
      const others = await clusterNodes.ask();
      return {
        boot,
        nodes: [...others, ownStatus()],
        leader: leaderOf(others),
        cache: cacheStatus(),
        version: knownVersion(),
      };
    },
    audit: (page) => auditCluster({ ...ports, catalogs }, page),

    observatory,
    boot,
    version: knownVersion,
    reached: () => reach.reached,
    reach: reach.reach,
    setProcesses(processes) {
      clusterNodes.setProcesses(processes);
      processesChanged(processes);
    },
    noteFault: (text) => news.note('lab', `is told of the lab: ${text}`),
    fill() {
      filled = true;
    },

    drain: lifecycle.drain,
    async stop() {
      lifecycle.drained();
      waits.end();
      largeWrites.stop();
      feed.stop();
      observatory.stop();
      watchedNode.stop();
      await remote?.stop();
    },
  };
}
