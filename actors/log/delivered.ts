import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { CommittedBatch, Following } from './command-log.ts';

/**
 * Batches that were delivered and wait to be applied. They are applied in slices, so that links and reads get their turns
 * while a replica catches up, and not while the disk is far behind. What waits is bounded in bytes: the engine pauses.
 */
export interface Delivered {
  take(batch: CommittedBatch<LoggedCommand>): void;
  /** Goes on where it had to wait for the disk. */
  proceed(): void;
  /** The number of the last batch that was delivered. */
  readonly ordinal: number;
  /** Commands that wait. */
  readonly commands: number;
  clear(ordinal: number): void;
}

export function createDelivered(options: {
  readonly following: () => Following | undefined;
  readonly apply: (batch: CommittedBatch<LoggedCommand>) => void;
  /** The disk has room for the effects of more. */
  readonly hasRoom: () => boolean;
  /** After each slice. */
  readonly applied: () => void;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly fail: (error: unknown) => void;
}): Delivered {
  const { following, apply, hasRoom, clock, limits } = options;
  let waiting: CommittedBatch<LoggedCommand>[] = [];
  let ordinal = 0;
  let commands = 0;
  let bytes = 0;
  let isPaused = false;
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    clock.defer(() => {
      scheduled = false;
      try {
        applySlice();
      } catch (error) {
        options.fail(error);
      }
    });
  }

  function applySlice(): void {
    let count = 0;
    let work = 0;
    const until = clock.monotonic() + limits.maxApplyMs;
    const hasShare = () => count === 0 || (work < limits.maxAppliedPerTurn && clock.monotonic() < until);
    while (count < waiting.length && hasShare() && hasRoom()) {
      const batch = waiting[count++]!;
      commands -= batch.commands.length;
      bytes -= batch.bytes;
      work += Math.max(1, batch.commands.length);
      apply(batch);
    }
    if (count === 0) return;
    waiting.splice(0, count);
    if (isPaused && bytes < limits.maxDeliveredBytes / 2) {
      isPaused = false;
      following()?.resume();
    }
    options.applied();
    if (waiting.length > 0) schedule();
  }

  return {
    take(batch) {
      waiting.push(batch);
      ordinal = batch.ordinal;
      commands += batch.commands.length;
      bytes += batch.bytes;
      if (!isPaused && bytes >= limits.maxDeliveredBytes) {
        isPaused = true;
        following()?.pause();
      }
      schedule();
    },
    proceed() {
      if (waiting.length > 0) schedule();
    },
    get ordinal() {
      return ordinal;
    },
    get commands() {
      return commands;
    },
    clear(at) {
      waiting = [];
      ordinal = at;
      commands = 0;
      bytes = 0;
      isPaused = false;
    },
  };
}
