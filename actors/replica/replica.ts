import type { NodeFigures } from '../../runtime/figures.ts';
import type { Body, Incoming, NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { StateMachine } from './state-machine.ts';

/** The life of a replica that votes; one of an outer log has none of these. */
export type ReplicaRole = 'recovering' | 'reader' | 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Where a replica stands in its engine, for people. */
export interface EngineStanding {
  /** `raft`, or an outer engine by its own word. */
  readonly engine: string;
  readonly role?: ReplicaRole;
  readonly term?: number;
  /** Who decides the order of commands; null where nobody of the store does, or is known to. */
  readonly leader: NodeId | null;
}

/** One copy of the replicated state, as its catalog uses it, whatever engine orders the log. */
export interface Replica {
  readonly state: StateMachine;
  readonly standing: EngineStanding;
  /** All that was known to be committed, when the engine was heard last, is applied here. */
  readonly caughtUp: boolean;
  /** Entries known to be committed and not applied here yet. */
  readonly behind: number;
  /** Entries that are in hand here, committed or not, and not applied yet. */
  readonly unapplied: number;
  /**
   * How long ago, in ms, this replica knew, and had applied, everything that was committed; null before it has ever been
   * so. A replica that is cut off does not notice it by what it has; those who follow it must hear of it.
   */
  silentMs(): number | null;
  /** Its disk is full, in the words of the system: it only reads. */
  readonly diskFull: string | null;
  readonly figures: Pick<NodeFigures, 'raft'>;

  /**
   * Puts a command into the log and resolves once it is committed and applied. Rejects with an error that says whether
   * it happened: `none`, or `unknown`. What was forwarded once is not forwarded again.
   */
  propose(
    command: ProposedCommand,
    forwarded: boolean,
    incoming: Pick<Incoming, 'deadline' | 'trace'>,
  ): Promise<Reply<'propose'>>;
  /**
   * An index that covers everything acknowledged anywhere before this call. It need not be applied here. Rejects no
   * later than at `deadline` (monotonic ms).
   */
  readIndex(deadline: number, forwarded?: boolean): Promise<number>;

  /** It sees to what nobody asks for, by notes: ends of holds, what is to be forgotten. Several may. */
  readonly isCaretaker: boolean;
  /** Puts a note into the log, which nobody waits for; does nothing where it is not a caretaker. */
  note(command: LoggedCommand): void;
  /** Another number than before where notes of this replica, not applied yet, may have been lost. */
  readonly noteEpoch: number;
  /** Whose clock stamps what this replica puts into the log: a term, or the name of one who appends. */
  readonly stampedBy: number | string;

  /** Resolves when everything changed so far is durable, or cannot be any more since the disk is full. */
  synced(): Promise<void>;
  stop(): void;
}

/** A command as proposers send it. */
export type ProposedCommand = Body<'propose'>['command'];
