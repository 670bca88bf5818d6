import type { Store, StoreOperation } from '../../storage/store.ts';
import type { StateMachine } from '../replica/state-machine.ts';

/**
 * Brings the effects of what is applied to the disk, behind the answers: what is durable is the log, which the engine
 * keeps. One synced batch is under way at a time and takes whatever has come since the last.
 */
export interface EffectsWriter {
  /** Begins a batch if something is to be written and none is under way. */
  flush(): void;
  /** Puts operations into the next batch; `then` runs once they are durable. */
  save(operations: readonly StoreOperation[], then: () => void): void;
  /** Runs `then` while no batch is under way: what the store shows is exactly what has been taken. */
  atRest(then: () => void): void;
  /** Resolves once everything that is applied now is durable. */
  synced(): Promise<void>;
  /** Something waits to be written, or is being written. */
  readonly isBusy: boolean;
  halt(): void;
}

export function createEffectsWriter(options: {
  readonly store: Store;
  readonly state: () => StateMachine;
  /** Is told of the applied effects that a batch takes. */
  readonly takes: (effects: readonly StoreOperation[]) => void;
  /** A batch is durable; the state's place on the disk is that of `index`. */
  readonly written: (index: number) => void;
  readonly fail: (error: unknown) => void;
}): EffectsWriter {
  const { store, state, takes, written, fail } = options;
  let unsaved: StoreOperation[] = [];
  const held: (() => void)[] = [];
  const resting: (() => void)[] = [];
  let writing = false;
  let halted = false;

  function flush(): void {
    if (writing || halted) return;
    const effects = state().takeOperations();
    takes(effects);
    const operations = unsaved.concat(effects);
    const waiting = held.splice(0);
    unsaved = [];
    if (operations.length === 0) {
      release(waiting);
      return;
    }
    writing = true;
    const own = state();
    const { index } = own.applied;
    store.write(operations).then(() => {
      if (halted) return;
      writing = false;
      own.persisted();
      release(resting.splice(0));
      written(index);
      release(waiting);
      if (held.length > 0) flush();
    }, fail);
  }

  return {
    flush,
    save(operations, then) {
      for (const operation of operations) unsaved.push(operation);
      held.push(then);
      flush();
    },
    atRest(then) {
      if (writing) resting.push(then);
      else then();
    },
    synced() {
      return new Promise((resolve) => {
        held.push(resolve);
        flush();
      });
    },
    get isBusy() {
      return writing || state().untaken.operations > 0;
    },
    halt() {
      halted = true;
      release(held.splice(0));
    },
  };
}

function release(waiting: readonly (() => void)[]): void {
  for (const proceed of waiting) proceed();
}
