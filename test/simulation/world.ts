import { type Catalog, createCatalog } from '../../actors/catalog/catalog.ts';
import { openCatalogDisk } from '../../actors/catalog/disk.ts';
import { createOrder, type OrderReplica } from '../../actors/order/order.ts';
import { joinRaft, openRaftDisk } from '../../actors/raft/join-raft.ts';
import type { JoinLog } from '../../actors/replica/join-log.ts';
import type { Replica } from '../../actors/replica/replica.ts';
import { createRemoteCache } from '../../gateway/cache/remote-cache.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import type { Clock } from '../../runtime/clock.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { BookChange, Result } from '../../runtime/domain.ts';
import { StartRefused } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId, NodeKind } from '../../runtime/links/mesh.ts';
import { openMesh } from '../../runtime/links/open-mesh.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { FullDiskError, RoomAgainError } from '../../storage/failed-disk.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import { openClientDoor } from './client-door.ts';
import { type SimulatedDisk, simulatedDisk } from './disk.ts';
import { tooLargeBatch } from './memory-bounds.ts';
import { createNetwork, type SimNetwork } from './network.ts';
import type { Observer } from './observer.ts';
import type { OuterLog } from './outer-log.ts';
import type { SimulatedPayments } from './payments.ts';
import type { Plan } from './plan.ts';
import { type SimulatedRedis, simulatedRedis } from './redis.ts';
import {
  createProcess,
  createScheduler,
  processClock,
  resume,
  type Scheduler,
  type SimProcess,
} from './scheduler.ts';
import { createTrace, type Trace } from './trace.ts';

const CLUSTER = 'simulated';
const SECRET = 'simulated secret';
/** Simulated milliseconds before a process whose start found its disk full is started again. */
const RESTART_MS = 500;

/** One node of the simulated cluster: what outlives its processes, and the present one. */
export interface SimNode {
  readonly id: NodeId;
  readonly kind: NodeKind;
  readonly disk: SimulatedDisk | undefined;
  /** How its clock is off. */
  readonly skew: { offsetMs: number; rate: number };
  readonly limits: Limits;
  process: SimProcess;
  mesh?: Mesh;
  catalog?: Catalog;
  order?: OrderReplica;
  gateway?: Gateway;
  /** Wiped, and not known to have caught up since. */
  wiped: boolean;
  /** The highest index that was durable on the disk when it was wiped. */
  heldBeforeWipe: number;
}

/** The whole cluster: the real nodes over a simulated clock, network, disk and Redis. */
export interface World {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly redis: SimulatedRedis | undefined;
  readonly payments: SimulatedPayments | undefined;
  /** The engine that orders the log, where that are not the catalogs themselves. */
  readonly log: OuterLog | undefined;
  readonly trace: Trace;
  readonly nodes: readonly SimNode[];
  /** The process of those who stand outside: clients, faults, disks. It never dies. */
  readonly outside: SimProcess;
  readonly outsideClock: Clock;
  /** Writes a line into the trace that is part of its hash. */
  say(line: string): void;
  start(node: SimNode): void;
  kill(node: SimNode): void;
  pause(node: SimNode): void;
  resume(node: SimNode): void;
  /**
   * Ends every process, puts these records back on the catalogs' disks, and starts the store anew, but for those that
   * are left out.
   */
  putBack(copies: ReadonlyMap<SimNode, ReadonlyMap<string, string>>, without?: readonly SimNode[]): void;
  node(id: NodeId): SimNode;
  ofKind(kind: NodeKind): SimNode[];
  /** Folders that were refused since they were put back from an earlier copy. */
  readonly refusedFolders: number;
  /** What a node reported that must not happen: a refused start, a broken invariant. */
  readonly complaints: string[];
}

export function createWorld(plan: Plan, random: Random, observer?: Observer): World {
  const scheduler = createScheduler(observer && ((process) => observer.taken(process)));
  const trace = createTrace(observer && ((text) => observer.marked(text)));
  const outside = createProcess('outside');
  const outsideClock = processClock(scheduler, outside, { offsetMs: 0, rate: 1 });
  const complaints: string[] = [];
  const waking = seededRandom(plan.seed);
  const weather = {
    minLatencyMs: 0.2,
    maxLatencyMs: plan.latencyMs,
    dropRate: 0,
    duplicateRate: 0,
    blocked: new Set<string>(),
  };
  const told = {
    sent: observer && ((flight: Parameters<Observer['sent']>[0]) => observer.sent(flight)),
    lost: observer && ((from: string, to: string, frame: string) => observer.lost(from, to, frame)),
    arrived(from: string, to: string, frame: string) {
      trace.mix(frame);
      const isBetweenNodes = !from.startsWith('library-') && !to.startsWith('library-');
      if (isBetweenNodes && frame.length > plan.limits.maxFrameBytes) {
        complaints.push(`${from} sends ${to} a frame of ${frame.length} bytes, which closes a real link`);
      }
      trace.note(
        scheduler.now,
        () => `${from} → ${to}  ${frame.length > 300 ? `${frame.slice(0, 300)}…` : frame}`,
      );
      observer?.arrived(from, to, frame);
    },
  };
  const network = createNetwork(scheduler, fork(), weather, told, works);
  function works(process: SimProcess, bytes: number): void {
    if (plan.cpuMsPerKiB > 0 && nodes.some((node) => node.process === process)) {
      scheduler.spend(process, (bytes / 1024) * plan.cpuMsPerKiB);
    }
  }
  const redis = plan.redis ? simulatedRedis({ clock: outsideClock, random: fork() }) : undefined;

  const payments = plan.payments?.({ seed: plan.seed, scheduler, outside });

  function fork(): Random {
    return seededRandom(random.integer(2 ** 32));
  }

  const names = (kind: NodeKind, count: number) =>
    Array.from({ length: count }, (_, at) => `${kind}-${at + 1}`);
  const catalogs = names('catalog', plan.catalogs);
  const orders = names('order', plan.orders);
  const gateways = names('gateway', plan.gateways);
  const log = plan.log?.({ seed: plan.seed, scheduler, outside, catalogs, say });
  const nodes = [
    ...catalogs.map((id) => createNode(id, 'catalog')),
    ...orders.map((id) => createNode(id, 'order')),
    ...gateways.map((id) => createNode(id, 'gateway')),
  ];
  const addresses = Object.fromEntries(nodes.map(({ id }) => [id, `sim://${id}`]));

  function createNode(id: NodeId, kind: NodeKind): SimNode {
    const skewed = plan.roughness !== 'calm';
    return {
      id,
      kind,
      disk:
        kind === 'catalog'
          ? simulatedDisk({
              location: id,
              clock: outsideClock,
              random: fork(),
              latencyMs: { least: plan.diskMs / 10, most: plan.diskMs },
            })
          : undefined,
      skew: {
        offsetMs: skewed ? random.integer(600_000) : 0,
        rate: skewed ? 0.95 + random.next() * 0.1 : 1,
      },
      limits: plan.limits,
      process: createProcess(id),
      wiped: false,
      heldBeforeWipe: 0,
    };
  }

  let formatted = false;
  let refusedFolders = 0;
  /** What the launcher's record has: the number of this start, and the last that each catalog took part in. */
  let boots = 1;
  const attended = new Map<SimNode, number>();

  async function boot(node: SimNode, process: SimProcess): Promise<void> {
    const clock = processClock(scheduler, process, node.skew);
    const ports = { clock, random: fork(), limits: plan.limits, logger: silentLogger };
    const transport = network.transport(process);
    const join = async (incarnation: string): Promise<Mesh & { readonly url: string }> => {
      const self = { id: node.id, kind: node.kind, incarnation, level: LEVEL };
      const mesh = await openMesh({ self, cluster: CLUSTER, secret: SECRET, transport, ...ports });
      if (process.alive) node.mesh = mesh;
      return mesh;
    };
    if (node.kind === 'catalog') {
      const store = storeOf(node.disk!, process);
      // Where an outer engine has the log, a disk without an identity has nothing to recover.
      const format = !formatted || log !== undefined;
      const disk = await openCatalogDisk(store, {
        cluster: CLUSTER,
        node: node.id,
        format,
        random: ports.random,
        start: { number: boots, attended: attended.get(node) ?? 0 },
      });
      const joined: JoinLog<Replica, Result, BookChange> = log
        ? log.join(process, `${node.id}.${disk.identity.incarnation}-${ports.random.id()}`, catalogs)
        : joinRaft<BookChange>(await openRaftDisk({ ...disk, random: ports.random }), catalogs);
      if (process.alive) attended.set(node, boots);
      const mesh = await join(disk.identity.incarnation);
      if (!process.alive) return;
      node.mesh = mesh;
      const onFailure = (error: unknown) => ended(node, error);
      node.catalog = createCatalog({
        join: joined,
        disk,
        catalogs,
        boot: `boot-${boots}`,
        mesh,
        pid: 1,
        onFailure,
        ...ports,
      });
      mesh.setAddresses(addresses);
    } else {
      const mesh = await join(ports.random.id());
      if (process.alive) node.mesh = mesh;
      if (node.kind === 'order')
        node.order = createOrder({
          ...{ mesh, catalogs, pid: 1, neededCatalogs: log && 1 },
          payments: payments?.reach(process),
          ...ports,
        });
      else {
        const server = redis?.connect(clock);
        const remote = server && createRemoteCache({ server, cluster: CLUSTER, secret: SECRET, ...ports });
        node.gateway = createGateway({
          ...{ mesh, catalogs, orders, remote, pid: 1 },
          ...(log && { neededCatalogs: 1, isOrderedOutside: true }),
          ...ports,
        });
        node.gateway.onChange(inOrder(node));
        if (plan.libraryClients + plan.pageReaders > 0) {
          openClientDoor({ network, process, service: node.gateway, ...ports });
        }
      }
      mesh.setAddresses(addresses);
    }
  }

  /** What the launcher does about a process that a fault of its disk has ended: it stays out, or starts again. */
  function ended(node: SimNode, error: unknown): void {
    if (error instanceof FullDiskError) {
      // It did not get as far as reading; the launcher starts it again and again.
      kill(node);
      scheduler.after(RESTART_MS, outside, () => {
        if (!node.process.alive) start(node);
      });
      return;
    }
    const isForgiven = log?.isFaithless === true;
    const isTold = (plan.lostFolder !== undefined || isForgiven) && error instanceof StartRefused;
    if (!node.disk?.failed && !isTold && !(error instanceof RoomAgainError)) {
      complain(node, error);
      return;
    }
    kill(node);
    if (isForgiven || !(error instanceof StartRefused)) start(node);
    else if (plan.lostFolder && !node.disk?.failed) replaceFolder(node);
  }

  /** What people are told to do about a folder that is refused. */
  function replaceFolder(node: SimNode): void {
    say(`the folder of ${node.id} is refused, and deleted`);
    refusedFolders++;
    node.disk!.wipe();
    node.wiped = true;
    start(node);
  }

  /** A sync that returns while its process is paused is noticed when it goes on. */
  function storeOf(disk: SimulatedDisk, process: SimProcess): Store {
    const store = disk.open();
    const later = <T>(promise: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        promise.then((value) => void scheduler.after(0, process, () => resolve(value)), reject);
      });
    return {
      location: store.location,
      get: (key) => store.get(key),
      pages: (range, pageSize) => store.pages(range, pageSize),
      write(operations) {
        const excess = tooLargeBatch(operations, plan);
        if (excess !== undefined) complaints.push(`${process.name}: ${excess}`);
        if (plan.cpuMsPerKiB > 0) works(process, bytesOf(operations));
        return later(store.write(operations));
      },
      clear: (range) => later(store.clear(range)),
      hasRoom: (bytes) => store.hasRoom(bytes),
      close: () => store.close(),
    };
  }

  /** Subscribers are told of each book in the order of its versions. */
  function inOrder(node: SimNode): (change: BookChange) => void {
    const told = new Map<number, number>();
    return ({ id, version }) => {
      const before = told.get(id) ?? 0;
      if (version < before) complain(node, `told version ${version} of book ${id} after ${before}`);
      told.set(id, version);
    };
  }

  function complain(node: SimNode, error: unknown): void {
    complaints.push(`${node.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  function say(line: string): void {
    trace.mix(line);
    trace.mark(scheduler.now, line);
  }

  function start(node: SimNode): void {
    if (node.disk?.failed) complain(node, 'it started again on a disk that had failed');
    say(`start ${node.id}`);
    // Only the very first start may format a disk; from then on an empty one has been wiped.
    if (scheduler.now > 0) formatted = true;
    const process = createProcess(node.id);
    node.process = process;
    boot(node, process).catch((error) => ended(node, error));
  }

  function kill(node: SimNode): void {
    say(`kill ${node.id}`);
    node.process.alive = false;
    node.mesh = undefined;
    node.catalog = undefined;
    node.order = undefined;
    node.gateway = undefined;
    network.died(node.process);
    node.disk?.crash();
  }

  return {
    plan,
    scheduler,
    network,
    redis,
    payments,
    log,
    trace,
    nodes,
    outside,
    outsideClock,
    complaints,
    say,
    start,
    kill,
    pause(node) {
      say(`pause ${node.id}`);
      node.process.paused = true;
    },
    resume(node) {
      say(`resume ${node.id}`);
      resume(scheduler, node.process, waking);
    },
    get refusedFolders() {
      return refusedFolders;
    },
    putBack(copies, without = []) {
      boots++;
      for (const node of nodes) if (node.process.alive) this.kill(node);
      for (const [node, copy] of copies) node.disk!.putBack(copy);
      for (const node of nodes) if (!without.includes(node)) this.start(node);
    },
    node: (id) => nodes.find((node) => node.id === id)!,
    ofKind: (kind) => nodes.filter((node) => node.kind === kind),
  };
}

function bytesOf(operations: readonly StoreOperation[]): number {
  return operations.reduce(
    (sum, one) => sum + one.key.length + (one.type === 'put' ? one.value.length : 0),
    0,
  );
}
