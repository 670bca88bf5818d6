import { BazarError } from '../../runtime/errors.ts';
import type { Body } from '../../runtime/links/mesh.ts';
import { approximateBytes } from '../../storage/log-record.ts';
import type { Raft } from './core/raft.ts';
import { createWaiters, type Waiter } from './waiters.ts';

/** A command as proposers send it. */
export type ProposedCommand = Body<'propose'>['command'];

/**
 * The commands that a leader has in hand: queued until a turn puts them into the log, then in the log until they
 * are applied. They are bounded in number and in bytes, and so is what one turn takes from the queue.
 */
export interface Proposals<Result> {
  /** Queues a command; rejects with `overloaded` if there are too many in hand. */
  add(command: ProposedCommand): Promise<Result>;
  /** The commands for the log's next entries: what one append, and the batch that gathers, have room for. */
  take(): ProposedCommand[];
  /** Queued commands wait for nothing but the next turn. */
  readonly isReady: boolean;
  /** The entry at `index` has been applied. */
  resolve(index: number, result: Result): void;
  /** Those that are queued have surely not happened, and fail with `error`. */
  rejectQueued(error: () => BazarError): void;
  /** Nobody here knows what becomes of those in the log: they fail with `error`. */
  rejectLogged(error: BazarError): void;
}

interface Queued<Result> {
  readonly command: ProposedCommand;
  readonly bytes: number;
  readonly waiter: Waiter<Result>;
}

export function createProposals<Result>({
  raft,
  applied,
}: {
  raft: Raft;
  applied: () => number;
}): Proposals<Result> {
  const { log, limits } = raft;
  let queue: Queued<Result>[] = [];
  let queuedBytes = 0;
  const logged = createWaiters<Result>();

  function isOverloaded(): boolean {
    const index = applied();
    if (log.lastIndex - index + queue.length >= limits.maxUncommittedEntries) return true;
    return log.bytesBetween(index, log.lastIndex) + queuedBytes >= limits.maxUncommittedBytes;
  }

  /** How many of the queue go into the log now. */
  function countTaken(): number {
    const { untaken } = log;
    const most = Math.min(
      limits.maxEntriesPerAppend,
      limits.maxBatchOperations - untaken.entries,
      queue.length,
    );
    let room = Math.min(limits.maxBytesPerAppend, limits.maxBatchBytes - untaken.bytes);
    let count = 0;
    while (count < most && room > 0) room -= queue[count++]!.bytes;
    return count;
  }

  return {
    add(command) {
      if (isOverloaded()) return Promise.reject(new BazarError('overloaded'));
      const bytes = approximateBytes(command);
      queuedBytes += bytes;
      return new Promise((resolve, reject) => queue.push({ command, bytes, waiter: { resolve, reject } }));
    },
    take() {
      const taken = queue.splice(0, countTaken());
      const first = log.lastIndex + 1;
      for (const [place, { bytes, waiter }] of taken.entries()) {
        queuedBytes -= bytes;
        logged.wait(first + place, waiter);
      }
      return taken.map(({ command }) => command);
    },
    get isReady() {
      return queue.length > 0 && countTaken() > 0;
    },
    resolve: logged.resolve,
    rejectQueued(error) {
      const rejected = queue;
      queue = [];
      queuedBytes = 0;
      for (const { waiter } of rejected) waiter.reject(error());
    },
    rejectLogged: logged.rejectAll,
  };
}
