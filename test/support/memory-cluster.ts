import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { NodeId, Peer } from '../../runtime/links/mesh.ts';
import { type MeshOptions, type OpenMesh, openMesh } from '../../runtime/links/open-mesh.ts';
import { parseNodeId } from '../../runtime/links/topology.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from './memory-transport.ts';

/** A node's mesh and what was observed of its links, such as `opened catalog-1`. */
export interface MeshNode extends OpenMesh {
  readonly linkEvents: string[];
}

/** Meshes joined by a network in memory, whose time passes by hand. */
export interface MeshCluster {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  /** Opens a node; `link` must be called for it to be found. */
  open(id: NodeId, changes?: Partial<MeshOptions>): Promise<MeshNode>;
  /** Opens these nodes, tells each where all are, and lets a second pass for their greetings. */
  openAll<Id extends NodeId>(...ids: Id[]): Promise<Record<Id, MeshNode>>;
  /** Tells these nodes where they all are. */
  link(...nodes: OpenMesh[]): void;
}

export function meshCluster(limits: Partial<Limits> = {}): MeshCluster {
  const clock = manualClock();
  const network = memoryNetwork(clock, 1);
  const random = seededRandom(1);

  const cluster: MeshCluster = {
    clock,
    network,
    async open(id, changes = {}) {
      const self: Peer = { id, kind: parseNodeId(id)!.kind, incarnation: `${id} at first` };
      const mesh = await openMesh({
        self,
        cluster: 'memory',
        secret: 'shared',
        transport: network,
        clock,
        random,
        limits: { ...DEFAULT_LIMITS, ...limits },
        logger: silentLogger,
        ...changes,
      });
      const linkEvents: string[] = [];
      mesh.observe({
        opened: (peer) => void linkEvents.push(`opened ${peer.id}`),
        closed: (peer) => void linkEvents.push(`closed ${peer.id}`),
      });
      return { ...mesh, linkEvents };
    },
    async openAll<Id extends NodeId>(...ids: Id[]) {
      const nodes = {} as Record<Id, MeshNode>;
      for (const id of ids) nodes[id] = await cluster.open(id);
      cluster.link(...(Object.values(nodes) as MeshNode[]));
      await clock.elapse(1_000);
      return nodes;
    },
    link(...nodes) {
      const addresses = Object.fromEntries(nodes.map((node) => [node.self, node.url]));
      for (const node of nodes) node.setAddresses(addresses);
    },
  };
  return cluster;
}
