import type { Store, StoreOperation } from '../../storage/store.ts';
import type { StateMachine } from '../replica/state-machine.ts';
import type { Raft, ReplicaEvent } from './core/raft.ts';

/**
 * Persist, then send. One synced batch is in flight at a time and gathers all that changed meanwhile: log entries
 * and deletions, term and vote, applied effects. What depends on it is held until it returns. A sync costs about
 * the same whether it carries one entry or five hundred.
 *
 * A batch takes all there is of the log, since what is held for it must be whole, and effects once they have waited for
 * others. It is bounded by those who fill it: a leader takes so many commands into its log (`proposals.ts`), a follower is
 * sent so much ahead of its acknowledgements (`leader.ts`), so many forgotten entries are deleted at once (`log.ts`), and
 * applying pauses while the effects of a whole batch wait (`applier.ts`). A conflict deletes what no leader had committed,
 * which is bounded by what it takes.
 */
export interface GroupCommit {
  /** Puts operations into the next batch. */
  save(operations: readonly StoreOperation[]): void;
  /** Runs `then`, in order of these calls, once everything changed so far is durable. */
  afterSync(then: () => void): void;
  /** Runs `then` while no batch is under way: what the store shows is exactly what has been taken. */
  atRest(then: () => void): void;
  /** Starts the next batch if there is something to write, else lets go what was held for the last one. */
  flush(): void;
  tick(): void;
  /** Applied effects have waited long enough, and get a batch of their own where no other leaves. */
  readonly isDue: boolean;
  /** A batch is under way, or applied effects wait for one. */
  readonly isBusy: boolean;
  /** Ticks that the batch under way has been with the disk; 0 while there is none. */
  readonly syncTicks: number;
  halt(): void;
}

export function createGroupCommit(options: {
  readonly store: Store;
  readonly raft: Raft;
  readonly state: () => StateMachine;
  readonly synced: (event: Extract<ReplicaEvent, { type: 'batch.synced' }>) => void;
  /** Is told how many operations go to the disk. */
  readonly began?: (operations: number) => void;
  /** Is told of the applied effects that a batch takes. */
  readonly takes?: (effects: readonly StoreOperation[]) => void;
  readonly fail: (error: unknown) => void;
}): GroupCommit {
  const { store, raft } = options;
  let unsaved: StoreOperation[] = [];
  let held: (() => void)[] = [];
  const resting: (() => void)[] = [];
  let writing = false;
  let halted = false;
  /** Ticks that applied effects have waited for a batch to take them. */
  let waitedTicks = 0;
  /** Index up to which the applied effects have been taken into a batch. */
  let taken = options.state().applied.index;
  let syncTicks = 0;

  /**
   * Effects wait until many have come together, since a record that changes again meanwhile is written once; but not while
   * entries wait behind them to be applied.
   */
  function takeOperations(): StoreOperation[] {
    const state = options.state();
    const operations = unsaved;
    unsaved = [];
    addAll(operations, raft.log.takeOperations(raft.limits.maxBatchOperations));
    const isUrgent = state.applied.index < raft.commit || waitedTicks >= raft.limits.flushTicks;
    if (isUrgent) {
      const effects = state.takeOperations();
      taken = state.applied.index;
      waitedTicks = 0;
      options.takes?.(effects);
      addAll(operations, effects);
    }
    return operations;
  }

  function flush(): void {
    if (writing || halted) return;
    const operations = takeOperations();
    const waiting = held;
    held = [];
    if (operations.length === 0) {
      release(waiting);
      return;
    }
    writing = true;
    const state = options.state();
    const { term, votedFor } = raft;
    const { lastIndex, lastTerm } = raft.log;
    const applied = taken;
    options.began?.(operations.length);
    store.write(operations).then(() => {
      if (halted) return;
      writing = false;
      syncTicks = 0;
      state.persisted();
      release(resting.splice(0));
      release(waiting);
      options.synced({ type: 'batch.synced', term, votedFor, lastIndex, lastTerm, applied });
    }, options.fail);
  }

  return {
    save(operations) {
      addAll(unsaved, operations);
    },
    afterSync(then) {
      held.push(then);
    },
    atRest(then) {
      if (writing) resting.push(then);
      else then();
    },
    flush,
    tick() {
      if (options.state().applied.index !== taken) waitedTicks++;
      if (writing) syncTicks++;
    },
    get isDue() {
      return !writing && waitedTicks >= raft.limits.flushTicks;
    },
    get isBusy() {
      return writing || options.state().applied.index !== taken;
    },
    get syncTicks() {
      return syncTicks;
    },
    halt() {
      halted = true;
    },
  };
}

function release(waiting: readonly (() => void)[]): void {
  for (const proceed of waiting) proceed();
}

function addAll(list: StoreOperation[], more: readonly StoreOperation[]): void {
  for (const operation of more) list.push(operation);
}
