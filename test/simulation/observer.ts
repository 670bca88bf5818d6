import type { Invariants } from './invariants.ts';
import type { SimProcess } from './scheduler.ts';
import type { Workload } from './workload.ts';
import type { World } from './world.ts';

/** One frame on its way. Nothing says that it arrives: its connection may end, or its direction be blocked. */
export interface Flight {
  readonly from: string;
  readonly to: string;
  readonly frame: string;
  /** Simulated milliseconds. */
  readonly sentAt: number;
  readonly arrivesAt: number;
}

/**
 * Looks on while a seed runs, and may hold it after any event. Who only looks changes nothing: the run has the same
 * events and the same hash with it and without.
 */
export interface Observer {
  /** The world is there, and who judges and uses it; told again where these two begin anew. */
  begun(world: World, invariants: Invariants, workload: Workload): void;
  /** A frame has left. */
  sent(flight: Flight): void;
  /** The network loses a frame as it leaves. */
  lost(from: string, to: string, frame: string): void;
  arrived(from: string, to: string, frame: string): void;
  /** A fault, its end, an election. */
  marked(text: string): void;
  /** An event of this process was taken and judged. The run goes on when the promise, if there is one, resolves. */
  taken(process: SimProcess): Promise<void> | undefined;
  /** Whoever looked on has put in faults of its own, which the plan does not know of. */
  readonly disturbed: boolean;
}
