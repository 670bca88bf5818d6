import type { Clock } from '../../runtime/clock.ts';
import { createDeadlineWheel } from '../../runtime/deadline-wheel.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { approximateBytes } from '../../storage/log-record.ts';
import type { ProposedCommand } from '../replica/replica.ts';
import { type CommandLog, LOG_LEVEL, type LogBatch } from './command-log.ts';
import { createTracedBatches, type TracedBatches, type TracedCommand } from './traced-batches.ts';

/**
 * The commands that this replica has in hand. Those of one turn of the event loop become one batch; a few batches are
 * under way at once, and what comes meanwhile is gathered. A batch whose fate is unknown is appended again, the same
 * bytes under the same id, until nobody waits for it: the log may then hold it twice, which the state machine bears,
 * since each command has a key. An answer comes from the log itself, when the batch is delivered and applied here.
 */
export interface Appender<Result> {
  /**
   * Resolves once the command is applied here. Rejects with `none`, or with `unknown` at the deadline (monotonic ms).
   * `trace` notes what becomes of it.
   */
  add(command: ProposedCommand, deadline: number, trace?: SpanRecorder): Promise<Result>;
  /** The same for a command that nobody waits for. */
  note(command: LoggedCommand): void;
  /** A batch has been applied; `results` are those of its commands. */
  applied(id: string, results: readonly (Result | null)[]): void;
  /** Commands that are not applied here yet. */
  readonly inHand: number;
  readonly traced: TracedBatches;
  /** Rises with each note that may have been lost. */
  readonly lostNotes: number;
  /** Everybody who waits is told that nobody knows; what was not sent has not happened. */
  stop(): void;
}

interface Waiting<Result> {
  readonly command: LoggedCommand;
  readonly bytes: number;
  readonly deadline: number;
  /** Nobody waits for a note. */
  readonly settle: { resolve(result: Result): void; reject(error: BazarError): void } | undefined;
  readonly trace: TracedCommand | undefined;
}

interface OpenBatch<Result> {
  readonly batch: LogBatch<LoggedCommand>;
  readonly waiting: readonly Waiting<Result>[];
  /** The latest of those who wait. */
  readonly deadline: number;
  /** An attempt has ended without an answer: the batch may be in the log, or may come there yet. */
  isDoubtful: boolean;
}

export function createAppender<Result>(options: {
  readonly log: Pick<CommandLog, 'append'>;
  /** Names this process among all who ever append. */
  readonly name: string;
  /** The number of the last batch that is applied here. */
  readonly ordinal: () => number;
  readonly clock: Clock;
  readonly limits: Limits;
}): Appender<Result> {
  const { log, name, ordinal, clock, limits } = options;
  const open = new Map<string, OpenBatch<Result>>();
  const overdue = createDeadlineWheel<OpenBatch<Result>>(clock, limits.tickMs, (batch) =>
    end(batch, () => new BazarError('timeout')),
  );
  const traced = createTracedBatches();
  let queue: Waiting<Result>[] = [];
  let inHand = 0;
  let bytesInHand = 0;
  let underWay = 0;
  let lastNumber = 0;
  let lostNotes = 0;
  let scheduled = false;
  let stopped = false;

  function schedule(): void {
    if (scheduled || stopped) return;
    scheduled = true;
    clock.defer(() => {
      scheduled = false;
      dropOverdue();
      while (!stopped && queue.length > 0 && underWay < limits.maxLogBatchesInFlight) begin();
    });
  }

  /** What nobody waits for any more is not sent, and so has not happened. */
  function dropOverdue(): void {
    const now = clock.monotonic();
    if (!queue.some(({ deadline }) => deadline <= now)) return;
    const overdueOnes = queue.filter(({ deadline }) => deadline <= now);
    queue = queue.filter(({ deadline }) => deadline > now);
    for (const one of overdueOnes) leave(one, () => new BazarError('timeout', undefined, {}, 'none'));
  }

  function begin(): void {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(queue.length, limits.maxLogBatchCommands)) {
      bytes += queue[count]!.bytes;
      if (count > 0 && bytes > limits.maxLogBatchBytes) break;
      count++;
    }
    const waiting = queue.splice(0, count);
    const id = `${name}.${++lastNumber}`;
    const commands = waiting.map(({ command }) => command);
    const deadline = waiting.reduce((latest, one) => Math.max(latest, one.deadline), 0);
    const batch = {
      batch: { id, level: LOG_LEVEL, at: clock.now(), seen: ordinal(), commands },
      waiting,
      deadline,
      isDoubtful: false,
    };
    open.set(id, batch);
    traced.take(id, waiting);
    overdue.add(batch);
    underWay++;
    append(batch);
  }

  function append(one: OpenBatch<Result>): void {
    const { id } = one.batch;
    if (traced.size > 0) traced.appending(id);
    log.append(one.batch, one.deadline).then(
      () => {
        if (traced.size > 0) traced.acknowledged(id);
        free();
      },
      (error: unknown) => failed(one, asBazarError(error)),
    );
  }

  function failed(one: OpenBatch<Result>, error: BazarError): void {
    const { id } = one.batch;
    if (traced.size > 0) traced.failed(id, error.code);
    if (!open.has(id) || stopped) free();
    else if (error.outcome === 'none') {
      free();
      // Said of this attempt alone: an earlier one may be in the log.
      end(one, () => (one.isDoubtful ? new BazarError('timeout', error.message) : error));
    } else {
      one.isDoubtful = true;
      if (traced.size > 0) traced.pausing(id);
      clock.setTimeout(() => {
        if (open.has(id) && !stopped) append(one);
        else free();
      }, limits.logRetryMs);
    }
  }

  function free(): void {
    underWay--;
    schedule();
  }

  function close(one: OpenBatch<Result>): void {
    open.delete(one.batch.id);
    if (traced.size > 0) traced.forget(one.batch.id);
    overdue.delete(one);
  }

  function end(one: OpenBatch<Result>, error: () => BazarError): void {
    close(one);
    for (const waiting of one.waiting) leave(waiting, error);
  }

  function letGo({ bytes }: Waiting<Result>): void {
    inHand--;
    bytesInHand -= bytes;
  }

  function leave(waiting: Waiting<Result>, error: () => BazarError): void {
    letGo(waiting);
    if (waiting.settle) waiting.settle.reject(error());
    else lostNotes++;
  }

  function enqueue(waiting: Waiting<Result>): void {
    inHand++;
    bytesInHand += waiting.bytes;
    queue.push(waiting);
    schedule();
  }

  return {
    add(command, deadline, recorder) {
      if (stopped) return Promise.reject(new BazarError('draining'));
      if (inHand >= limits.maxUncommittedEntries || bytesInHand >= limits.maxUncommittedBytes) {
        return Promise.reject(new BazarError('overloaded'));
      }
      const bytes = approximateBytes(command);
      const trace = recorder && { recorder, gathering: recorder.begin('gather') };
      return new Promise((resolve, reject) =>
        enqueue({ command, bytes, deadline, settle: { resolve, reject }, trace }),
      );
    },
    note(command) {
      if (stopped) return;
      if (inHand >= limits.maxUncommittedEntries) {
        lostNotes++;
        return;
      }
      const deadline = clock.monotonic() + limits.logNoteMs;
      enqueue({
        command,
        bytes: JSON.stringify(command).length,
        deadline,
        settle: undefined,
        trace: undefined,
      });
    },
    applied(id, results) {
      const one = open.get(id);
      if (one === undefined) return;
      close(one);
      for (const [at, waiting] of one.waiting.entries()) {
        letGo(waiting);
        waiting.settle?.resolve(results[at]!);
      }
    },
    get inHand() {
      return inHand;
    },
    traced,
    get lostNotes() {
      return lostNotes;
    },
    stop() {
      stopped = true;
      const unsent = queue;
      queue = [];
      for (const one of unsent) leave(one, () => new BazarError('draining'));
      for (const one of [...open.values()]) end(one, () => new BazarError('timeout'));
      overdue.close();
    },
  };
}
