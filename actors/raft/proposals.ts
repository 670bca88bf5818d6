import { BazarError } from '../../runtime/errors.ts';
import type { OpenStep, SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { approximateBytes } from '../../storage/log-record.ts';
import type { ProposedCommand } from '../replica/replica.ts';
import type { Raft } from './core/raft.ts';
import { createTracedEntries, type TracedEntries } from './traced-entries.ts';
import { createWaiters, type Waiter } from './waiters.ts';

/**
 * The commands that a leader has in hand: queued until a turn puts them into the log, then in the log until they
 * are applied. They are bounded in number and in bytes, and so is what one turn takes from the queue.
 */
export interface Proposals<Result> {
  /** Queues a command; rejects with `overloaded` if there are too many in hand. `trace` notes what becomes of it. */
  add(command: ProposedCommand, trace?: SpanRecorder): Promise<Result>;
  /** The commands for the log's next entries: what one append, and the batch that gathers, have room for. */
  take(): ProposedCommand[];
  readonly traced: TracedEntries;
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
  readonly trace: { readonly recorder: SpanRecorder; readonly queued: OpenStep } | undefined;
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
  const traced = createTracedEntries(raft);

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
    add(command, recorder) {
      if (isOverloaded()) return Promise.reject(new BazarError('overloaded'));
      const bytes = approximateBytes(command);
      queuedBytes += bytes;
      const trace = recorder && { recorder, queued: recorder.begin('queue') };
      return new Promise((resolve, reject) =>
        queue.push({ command, bytes, waiter: { resolve, reject }, trace }),
      );
    },
    take() {
      const taken = queue.splice(0, countTaken());
      const first = log.lastIndex + 1;
      for (const [place, { bytes, waiter, trace }] of taken.entries()) {
        queuedBytes -= bytes;
        logged.wait(first + place, waiter);
        trace?.queued.end();
        if (trace) traced.take(first + place, trace.recorder);
      }
      return taken.map(({ command }) => command);
    },
    get isReady() {
      return queue.length > 0 && countTaken() > 0;
    },
    resolve(index, result) {
      if (traced.size > 0) traced.applied(index);
      logged.resolve(index, result);
    },
    traced,
    rejectQueued(error) {
      const rejected = queue;
      queue = [];
      queuedBytes = 0;
      for (const { waiter } of rejected) waiter.reject(error());
    },
    rejectLogged(error) {
      traced.forget();
      logged.rejectAll(error);
    },
  };
}
