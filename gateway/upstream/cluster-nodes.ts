import type { NodeAnswer } from '../../runtime/api.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId, NodeKind } from '../../runtime/links/mesh.ts';

/** What the launcher says of a node's process. */
export interface ProcessWord {
  readonly id: NodeId;
  /** None while there is no process. */
  readonly pid?: number;
  /** Why there is none, or none yet that listens. */
  readonly reason?: string;
  /** In how many ms it is started again, from when it ended. */
  readonly againInMs?: number;
}

/**
 * What every node says of itself. One that does not answer in `statusWaitMs` is `down` if the launcher says that it has
 * no process, else `unreachable`: it may be paused, cut off, or not linked yet.
 */
export interface ClusterNodes {
  ask(): Promise<NodeAnswer[]>;
  /** What is to be said of a node that gives no answer. */
  silent(id: NodeId): Pick<NodeAnswer, 'pid' | 'state' | 'reason'>;
  /** Of its process, as far as the launcher has told. */
  pidOf(id: NodeId): number | undefined;
  /** The launcher's latest word on all processes. */
  setProcesses(processes: readonly ProcessWord[]): void;
}

export function createClusterNodes(options: {
  readonly mesh: Mesh;
  readonly nodes: readonly { readonly id: NodeId; readonly kind: NodeKind }[];
  readonly limits: Limits;
}): ClusterNodes {
  const { mesh, nodes, limits } = options;
  /** Where a node was when it last answered. */
  const seen = new Map<NodeId, { readonly pid?: number; readonly url?: string }>();
  let processes = new Map<NodeId, ProcessWord>();

  async function ask(id: NodeId, kind: NodeKind): Promise<NodeAnswer> {
    try {
      const status = await mesh.ask(id, 'status', {}, limits.statusWaitMs);
      seen.set(id, { pid: status.pid, url: status.url });
      return status;
    } catch {
      return { id, kind, ...silent(id), url: seen.get(id)?.url };
    }
  }

  function silent(id: NodeId): Pick<NodeAnswer, 'pid' | 'state' | 'reason'> {
    const word = processes.get(id);
    if (word && word.pid === undefined) return { state: 'down', reason: word.reason };
    const pid = word?.pid ?? seen.get(id)?.pid;
    return { state: 'unreachable', pid, reason: whyUnreachable(id, word) };
  }

  function whyUnreachable(id: NodeId, word: ProcessWord | undefined): string {
    if (mesh.peer(id)) return 'it gives no answer';
    return word?.reason === undefined
      ? 'there is no link to it'
      : `it is started again after: ${word.reason}`;
  }

  return {
    silent,
    pidOf: (id) => processes.get(id)?.pid,
    ask: () => Promise.all(nodes.map(({ id, kind }) => ask(id, kind))),
    setProcesses(latest) {
      processes = new Map(latest.map((word) => [word.id, word]));
    },
  };
}

/** The catalog that leads: of those that say so, the one in the latest term. */
export function leaderOf(nodes: readonly NodeAnswer[]): NodeId | null {
  let leader: NodeAnswer | undefined;
  for (const node of nodes) {
    if (node.role === 'leader' && (node.term ?? 0) >= (leader?.term ?? 0)) leader = node;
  }
  return leader?.id ?? null;
}
