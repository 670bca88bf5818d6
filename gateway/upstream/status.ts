import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId, NodeKind } from '../../runtime/links/mesh.ts';
import type { NodeStatus } from '../../runtime/messages.ts';

/** What every node says of itself. A node that does not answer in `statusWaitMs` is `down`. */
export function createStatus(options: {
  readonly mesh: Mesh;
  readonly nodes: readonly { readonly id: NodeId; readonly kind: NodeKind }[];
  readonly limits: Limits;
}): () => Promise<NodeStatus[]> {
  const { mesh, nodes, limits } = options;
  /** Where a node was when it last answered, for when it is down. */
  const seen = new Map<NodeId, Pick<NodeStatus, 'pid' | 'url'>>();

  async function ask(id: NodeId, kind: NodeKind): Promise<NodeStatus> {
    try {
      const status = await mesh.ask(id, 'status', {}, limits.statusWaitMs);
      seen.set(id, { pid: status.pid, url: status.url });
      return status;
    } catch {
      const { pid, url } = seen.get(id) ?? { pid: 0, url: '' };
      return { id, kind, pid, state: 'down', url };
    }
  }

  return () => Promise.all(nodes.map(({ id, kind }) => ask(id, kind)));
}

/** The catalog that leads: of those that say so, the one in the latest term. */
export function leaderOf(nodes: readonly NodeStatus[]): NodeId | null {
  let leader: NodeStatus | undefined;
  for (const node of nodes) {
    if (node.role === 'leader' && (node.term ?? 0) >= (leader?.term ?? 0)) leader = node;
  }
  return leader?.id ?? null;
}
