import { BazarError } from '../../runtime/errors.ts';
import { createWaiters } from './waiters.ts';

/** Linearizable reads of a leader: they wait for the next turn, and then for a quorum to confirm their commit index. */
export interface IndexReads {
  /** Resolves to the commit index; rejects with `overloaded` if too many wait. */
  add(): Promise<number>;
  /** The reads that came since the last call, for the statechart. */
  take(): number[];
  confirm(ids: readonly number[], index: number): void;
  rejectAll(error: BazarError): void;
}

export function createIndexReads(maxPendingReads: number): IndexReads {
  const waiting = createWaiters<number>();
  let queued: number[] = [];
  let last = 0;
  return {
    add() {
      if (waiting.size >= maxPendingReads) return Promise.reject(new BazarError('overloaded'));
      const id = ++last;
      queued.push(id);
      return new Promise((resolve, reject) => waiting.wait(id, { resolve, reject }));
    },
    take() {
      const taken = queued;
      queued = [];
      return taken;
    },
    confirm(ids, index) {
      for (const id of ids) waiting.resolve(id, index);
    },
    rejectAll(error) {
      queued = [];
      waiting.rejectAll(error);
    },
  };
}
