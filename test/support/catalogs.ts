import { type Catalog, createCatalog } from '../../actors/catalog/catalog.ts';
import { type CatalogDisk, openCatalogDisk } from '../../actors/catalog/disk.ts';
import { joinRaft, openRaftDisk } from '../../actors/raft/join-raft.ts';
import type { RaftReplica } from '../../actors/raft/raft-replica.ts';
import type { JoinLog } from '../../actors/replica/join-log.ts';
import type { Replica } from '../../actors/replica/replica.ts';
import type { BookChange, Command, Result } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { AskType, Body, NodeId, Reply } from '../../runtime/links/mesh.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { type SimulatedDisk, simulatedDisk } from '../simulation/disk.ts';
import type { ManualClock } from './manual-clock.ts';
import { type MeshNode, meshCluster } from './memory-cluster.ts';
import type { MemoryNetwork } from './memory-transport.ts';

/** Milliseconds that a write to a catalog's disk takes. */
const SYNC_MS = 2;
/** Simulated milliseconds that anything here may take. */
const PATIENCE_MS = 60_000;

export interface RunningCatalog<R extends Replica = RaftReplica> {
  readonly id: NodeId;
  readonly mesh: MeshNode;
  readonly catalog: Catalog<R>;
}

/** What orders the log of the catalogs under test. */
export interface TrialEngine<R extends Replica> {
  join(
    id: NodeId,
    disk: CatalogDisk,
    ids: readonly NodeId[],
    random: Random,
  ): Promise<JoinLog<R, Result, BookChange>>;
  /** The process of this catalog is gone. */
  killed(id: NodeId): void;
  /** The one of them that commands go through, once there is one. */
  foremost(running: readonly RunningCatalog<R>[]): RunningCatalog<R> | undefined;
}

const RAFT: TrialEngine<RaftReplica> = {
  join: async (_id, disk, ids, random) => joinRaft(await openRaftDisk({ ...disk, random }), ids),
  killed() {},
  foremost(running) {
    const leaders = running.filter(({ catalog }) => catalog.replica.role === 'leader');
    return leaders.length === 1 && leaders[0]!.catalog.replica.caughtUp ? leaders[0] : undefined;
  },
};

/** Real catalogs on simulated disks, joined by a network in memory, and a gateway's links to ask them by. */
export interface Catalogs<R extends Replica = RaftReplica> {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly gateway: MeshNode;
  readonly failures: unknown[];
  readonly running: readonly RunningCatalog<R>[];
  /** The start of the store that the next catalog is told of. */
  boot: string;
  /** The command level that a catalog's next start says in its greetings; without one it says none. */
  readonly levels: Map<NodeId, number>;
  get(id: NodeId): RunningCatalog<R>;
  /** Starts a catalog that is not running, on the disk that it had. */
  start(id: NodeId): Promise<RunningCatalog<R>>;
  /** Its process is gone, with everything that was not synced. */
  kill(id: NodeId): Promise<void>;
  wipe(id: NodeId): void;
  disk(id: NodeId): SimulatedDisk;
  /** Lets time pass until the running catalogs have a ready leader, and returns it. */
  leader(): Promise<RunningCatalog<R>>;
  /** The running catalogs that do not lead. */
  followers(): Promise<RunningCatalog<R>[]>;
  /** Lets time pass until all running catalogs have applied the same entries, and are ready. */
  level(): Promise<void>;
  until(condition: () => boolean): Promise<void>;
  /** Lets time pass until the promise settles. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Asks as the gateway does. */
  ask<T extends AskType>(to: NodeId, type: T, body: Body<T>, timeoutMs?: number): Promise<Reply<T>>;
  propose(to: NodeId, command: Command): Promise<Result>;
}

export function startCatalogs(
  count = 3,
  changes: Partial<Limits> = {},
  levels = new Map<NodeId, number>(),
): Promise<Catalogs> {
  return startCatalogsOver(() => RAFT, count, changes, levels);
}

export async function startCatalogsOver<R extends Replica>(
  engineOf: (clock: ManualClock) => TrialEngine<R>,
  count = 3,
  changes: Partial<Limits> = {},
  levels = new Map<NodeId, number>(),
): Promise<Catalogs<R>> {
  const limits = { ...DEFAULT_LIMITS, ...changes };
  const cluster = meshCluster(limits);
  const { clock, network } = cluster;
  const engine = engineOf(clock);
  const ids = Array.from({ length: count }, (_, at) => `catalog-${at + 1}`);
  const disks = new Map<NodeId, SimulatedDisk>();
  const randoms = new Map<NodeId, Random>();
  ids.forEach((id, at) => {
    const random = seededRandom(at + 1);
    randoms.set(id, random);
    const latencyMs = { least: SYNC_MS, most: SYNC_MS };
    disks.set(id, simulatedDisk({ location: id, clock, random, latencyMs }));
  });
  const running = new Map<NodeId, RunningCatalog<R>>();
  const failures: unknown[] = [];
  const gateway = await cluster.open('gateway-1');
  let formatted = false;

  async function start(id: NodeId): Promise<RunningCatalog<R>> {
    const random = randoms.get(id)!;
    const store = disks.get(id)!.open();
    const disk = await settled(
      openCatalogDisk(store, { cluster: 'memory', node: id, format: !formatted, random }),
    );
    const join = await settled(engine.join(id, disk, ids, random));
    const { incarnation } = disk.identity;
    const level = catalogs.levels.get(id);
    const mesh = await cluster.open(id, { self: { id, kind: 'catalog', incarnation, level }, limits });
    const catalog = createCatalog({
      join,
      disk,
      catalogs: ids,
      boot: catalogs.boot,
      mesh,
      pid: 1,
      clock,
      random,
      limits,
      logger: silentLogger,
      onFailure: (error) => void failures.push(error),
    });
    const started = { id, mesh, catalog };
    running.set(id, started);
    cluster.link(gateway, ...[...running.values()].map((each) => each.mesh));
    return started;
  }

  async function until(condition: () => boolean): Promise<void> {
    for (let waited = 0; !condition(); waited += 5) {
      if (waited > PATIENCE_MS) throw new Error(`never: ${condition}`);
      await clock.elapse(5);
    }
  }

  async function settled<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    promise.then(finish, finish);
    await until(() => done);
    return promise;
  }

  const foremost = () => engine.foremost([...running.values()]);

  const catalogs: Catalogs<R> = {
    clock,
    network,
    gateway,
    failures,
    boot: 'boot-1',
    levels,
    get running() {
      return [...running.values()];
    },
    get: (id) => running.get(id)!,
    start,
    async kill(id) {
      const { mesh, catalog } = running.get(id)!;
      running.delete(id);
      catalog.stop();
      engine.killed(id);
      disks.get(id)!.crash();
      await mesh.close();
    },
    wipe: (id) => disks.get(id)!.wipe(),
    disk: (id) => disks.get(id)!,
    async leader() {
      await until(() => foremost() !== undefined);
      return foremost()!;
    },
    async followers() {
      const { id } = await catalogs.leader();
      return catalogs.running.filter((each) => each.id !== id);
    },
    level: () =>
      until(() => {
        const all = catalogs.running.map(({ catalog }) => catalog);
        const indexes = new Set(all.map(({ state }) => state.applied.index));
        return indexes.size === 1 && all.every(({ lifecycle }) => lifecycle.state === 'ready');
      }),
    until,
    settled,
    ask: (to, type, body, timeoutMs = 3_000) => settled(gateway.ask(to, type, body, timeoutMs)),
    async propose(to, command) {
      const { result } = await catalogs.ask(to, 'propose', { command, forwarded: false });
      return result;
    },
  };
  await Promise.all(ids.map(start));
  formatted = true;
  await catalogs.leader();
  await catalogs.level();
  return catalogs;
}
