import { type Catalog, createCatalog } from '../../actors/catalog/catalog.ts';
import { joinRaft } from '../../actors/raft/join-raft.ts';
import type { RaftReplica } from '../../actors/raft/raft-replica.ts';
import type { Command, Result } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { AskType, Body, NodeId, Reply } from '../../runtime/links/mesh.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { type SimulatedDisk, simulatedDisk } from '../simulation/disk.ts';
import type { ManualClock } from './manual-clock.ts';
import { type MeshNode, meshCluster } from './memory-cluster.ts';
import type { MemoryNetwork } from './memory-transport.ts';
import { openWholeDisk } from './whole-disk.ts';

/** Milliseconds that a write to a catalog's disk takes. */
const SYNC_MS = 2;
/** Simulated milliseconds that anything here may take. */
const PATIENCE_MS = 60_000;

export interface RunningCatalog {
  readonly id: NodeId;
  readonly mesh: MeshNode;
  readonly catalog: Catalog<RaftReplica>;
}

/** Real catalogs on simulated disks, joined by a network in memory, and a gateway's links to ask them by. */
export interface Catalogs {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly gateway: MeshNode;
  readonly failures: unknown[];
  readonly running: readonly RunningCatalog[];
  /** The start of the store that the next catalog is told of. */
  boot: string;
  /** The command level that a catalog's next start says in its greetings; without one it says none. */
  readonly levels: Map<NodeId, number>;
  get(id: NodeId): RunningCatalog;
  /** Starts a catalog that is not running, on the disk that it had. */
  start(id: NodeId): Promise<RunningCatalog>;
  /** Its process is gone, with everything that was not synced. */
  kill(id: NodeId): Promise<void>;
  wipe(id: NodeId): void;
  disk(id: NodeId): SimulatedDisk;
  /** Lets time pass until the running catalogs have a ready leader, and returns it. */
  leader(): Promise<RunningCatalog>;
  /** The running catalogs that do not lead. */
  followers(): Promise<RunningCatalog[]>;
  /** Lets time pass until all running catalogs have applied the same entries, and are ready. */
  level(): Promise<void>;
  until(condition: () => boolean): Promise<void>;
  /** Lets time pass until the promise settles. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Asks as the gateway does. */
  ask<T extends AskType>(to: NodeId, type: T, body: Body<T>, timeoutMs?: number): Promise<Reply<T>>;
  propose(to: NodeId, command: Command): Promise<Result>;
}

export async function startCatalogs(
  count = 3,
  changes: Partial<Limits> = {},
  levels = new Map<NodeId, number>(),
): Promise<Catalogs> {
  const limits = { ...DEFAULT_LIMITS, ...changes };
  const cluster = meshCluster(limits);
  const { clock, network } = cluster;
  const ids = Array.from({ length: count }, (_, at) => `catalog-${at + 1}`);
  const disks = new Map<NodeId, SimulatedDisk>();
  const randoms = new Map<NodeId, Random>();
  ids.forEach((id, at) => {
    const random = seededRandom(at + 1);
    randoms.set(id, random);
    const latencyMs = { least: SYNC_MS, most: SYNC_MS };
    disks.set(id, simulatedDisk({ location: id, clock, random, latencyMs }));
  });
  const running = new Map<NodeId, RunningCatalog>();
  const failures: unknown[] = [];
  const gateway = await cluster.open('gateway-1');
  let formatted = false;

  async function start(id: NodeId): Promise<RunningCatalog> {
    const random = randoms.get(id)!;
    const store = disks.get(id)!.open();
    const disk = await settled(
      openWholeDisk(store, { cluster: 'memory', node: id, format: !formatted, random }),
    );
    const { incarnation } = disk.identity;
    const level = catalogs.levels.get(id);
    const mesh = await cluster.open(id, { self: { id, kind: 'catalog', incarnation, level }, limits });
    const catalog = createCatalog({
      join: joinRaft(disk, ids),
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

  const leading = () => {
    const leaders = [...running.values()].filter(({ catalog }) => catalog.replica.role === 'leader');
    return leaders.length === 1 && leaders[0]!.catalog.replica.caughtUp ? leaders[0] : undefined;
  };

  const catalogs: Catalogs = {
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
      disks.get(id)!.crash();
      await mesh.close();
    },
    wipe: (id) => disks.get(id)!.wipe(),
    disk: (id) => disks.get(id)!,
    async leader() {
      await until(() => leading() !== undefined);
      return leading()!;
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
