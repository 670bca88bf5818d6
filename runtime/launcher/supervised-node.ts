import type { NodeId, NodeKind } from '../links/mesh.ts';
import type { Configure, DiskFound } from '../process/ipc.ts';
import type { NodeState } from '../process/lifecycle.ts';

/** One process of the store, as the launcher knows it. */
export interface SupervisedNode {
  readonly id: NodeId;
  readonly kind: NodeKind;
  /** Of the process that runs now, or of the last one. */
  readonly pid: number | undefined;
  readonly state: NodeState;
  /** Where the others reach it; what it said last. */
  readonly url: string | undefined;
  readonly identity: DiskFound | undefined;
  /** Of a catalog: the command level of its log, once it has said. */
  readonly level: number | undefined;
  /** Where a gateway's clients find it. */
  readonly http: string | undefined;
  /** Why it must not be started again. */
  readonly refused: string | undefined;
  /** The fault that ended the last process, in its own words. */
  readonly fault: string | undefined;
  /** Ends in a row before the process listened. */
  readonly failedStarts: number;
}

/** A node to run. `configure` is asked before every start, since what it says may have changed. */
export interface NodePlan {
  readonly id: NodeId;
  readonly kind: NodeKind;
  configure(): Configure;
}
