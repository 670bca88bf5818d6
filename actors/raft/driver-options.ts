import type { Clock } from '../../runtime/clock.ts';
import type { Mesh } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { Random } from '../../runtime/random.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { ReplicaObserver } from '../replica/replica-observer.ts';
import type { StateMachine } from '../replica/state-machine.ts';
import type { Effect, Raft } from './core/raft.ts';

/** The state that a driver replicates: it takes the commands that the log carries. */
export type ReplicatedState<Result, Change> = StateMachine<LoggedCommand, Result, Change>;

export interface DriverOptions<Result = unknown, Change = unknown> {
  readonly raft: Raft;
  readonly state: ReplicatedState<Result, Change>;
  readonly store: Store;
  /** Term, vote and vote floor as store operations. */
  readonly persist: (effect: Extract<Effect, { type: 'persist' }>) => StoreOperation[];
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observer: ReplicaObserver<Result, Change>;
}
