import type { RaftFigures } from '../../../runtime/figures.ts';
import type { FiguresAnswer, WatchedNodeAnswer } from '../../../runtime/watch-answers.ts';

/** How a catalog stands: how far behind, and what its log holds, measured against the furthest of all. */
export interface Standing {
  readonly raft: RaftFigures;
  /** Entries that it has not applied and another has committed; null where nobody leads to measure by. */
  readonly behind: number | null;
  /** The end of the longest log. */
  readonly end: number;
}

export function standingOf(node: WatchedNodeAnswer, { nodes }: FiguresAnswer): Standing | null {
  const raft = node.figures?.raft;
  if (!raft) return null;
  const all = nodes.flatMap(({ figures }) => figures?.raft ?? []);
  const leader = all.find(({ role, term }) => role === 'leader' && term >= raft.term);
  return {
    raft,
    behind: leader ? Math.max(0, leader.commit - raft.applied) : null,
    end: all.reduce((end, { lastIndex }) => Math.max(end, lastIndex), 0),
  };
}

/** The engine outside that orders the log, by its own word, where one does: a replica that votes has figures of its own. */
export function outerEngine({ nodes }: FiguresAnswer): string | undefined {
  const replicas = nodes.flatMap(({ figures }) =>
    figures && !figures.raft ? [figures.machines?.replica] : [],
  );
  return replicas.find((replica) => replica !== undefined);
}

/** The sentence that says what the picture shows. */
export function describeCluster(figures: FiguresAnswer): string {
  const { nodes, leader, version } = figures;
  const engine = outerEngine(figures);
  const words = [
    `${nodes.length} processes`,
    leader ? `${leader} leads` : engine ? `${engine} orders the log` : 'nobody leads',
  ];
  if (version !== null) words.push(`version ${version}`);
  const away = nodes.filter(({ state }) => state === 'down' || state === 'unreachable').map(({ id }) => id);
  if (away.length > 0) words.push(`away: ${away.join(', ')}`);
  return `${words.join(', ')}.`;
}

/** The catalog that an order replica or the gateway would ask. */
export function believedLeader(node: WatchedNodeAnswer): string | null {
  return node.figures?.order?.leader ?? node.figures?.gateway?.feed ?? null;
}
