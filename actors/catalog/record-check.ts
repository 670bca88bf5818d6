import { type Clock, sleep } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { checkResting, type RestingRecords } from './read-records.ts';

/**
 * The check of the records that a start does not wait for: orders, answers to admin requests, remembered changes, and
 * what customers bought. It goes on beside the serving, with rests between its turns.
 */
export interface RecordCheck {
  /** Nothing is left to be checked. */
  readonly isOver: boolean;
  stop(): void;
}

/** Begins the check before it returns, so it is of the records as they are then. `fail` is told of damage. */
export function createRecordCheck(options: {
  /** Nothing where all has been checked. */
  readonly resting: RestingRecords | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly fail: (error: unknown) => void;
}): RecordCheck {
  const { resting, clock, limits, logger } = options;
  let isOver = false;

  async function check(records: RestingRecords): Promise<void> {
    const began = clock.monotonic();
    let turn = began;
    for await (const _ of checkResting(records, limits.checkPageRecords)) {
      if (isOver) return;
      if (clock.monotonic() - turn < limits.checkTurnMs) continue;
      await sleep(clock, limits.checkRestMs);
      turn = clock.monotonic();
    }
    isOver = true;
    logger.debug({ ms: Math.round(clock.monotonic() - began) }, 'its records are the ones that were written');
  }

  if (resting) {
    check(resting).catch((error) => {
      if (!isOver) options.fail(error);
    });
  } else isOver = true;

  return {
    get isOver() {
      return isOver;
    },
    stop() {
      isOver = true;
    },
  };
}
