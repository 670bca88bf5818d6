import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { Random } from '../../runtime/random.ts';
import type { Store } from '../../storage/store.ts';
import type { ProposedCommand, Replica } from './replica.ts';
import type { ReplicaObserver } from './replica-observer.ts';
import type { StateMachine } from './state-machine.ts';

/** What a replica is made of, besides its engine. */
export interface ReplicaParts<Result, Change> {
  /** As it was when the last synced batch returned. */
  readonly state: StateMachine<LoggedCommand, Result, Change>;
  readonly store: Store;
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Whether a command may go into the log by this node: by itself, or in a message to another replica. */
  readonly takes: (command: ProposedCommand, by: NodeId) => boolean;
  /** The same command for a log that may carry it twice: what is decided of it is remembered, refusals too. */
  readonly repeatable: (command: ProposedCommand) => ProposedCommand;
  readonly observer: ReplicaObserver<Result, Change>;
}

/** Joins a replica to an engine. */
export type JoinLog<R extends Replica, Result, Change> = (parts: ReplicaParts<Result, Change>) => R;
