import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';

/**
 * How a cache outside the process is: `degraded` where it is read but takes no writes, `bypassed` where it is not asked.
 * The reason is in its own words.
 */
export type Condition =
  | { readonly state: 'ready' }
  | { readonly state: 'degraded' | 'bypassed'; readonly reason: string };

/** Follows the condition, and tells once when it has changed. */
export interface ConditionWatch {
  readonly condition: Condition;
  /** Calls `changed` with each new condition, and with the one that was told last. */
  observe(changed: (condition: Condition) => void): void;
  /** The server has refused a write, or has taken one. */
  wrote(refusal: string | undefined): void;
  /** A command has failed, for this reason. */
  failed(reason: string): void;
  /** To be called after whatever may have changed the condition. */
  review(): void;
}

export function createConditionWatch(options: {
  /** Whether it is asked at all, and why it is not where that is known. */
  readonly usable: () => boolean;
  readonly fault: () => string | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
}): ConditionWatch {
  const { usable, fault, clock, limits } = options;
  let refusal: string | undefined;
  let refusedAt = 0;
  let lastFailure: string | undefined;
  let said: Condition | undefined;
  const observers: ((condition: Condition) => void)[] = [];

  function now(): Condition {
    if (!usable()) return { state: 'bypassed', reason: fault() ?? lastFailure ?? 'it is not connected yet' };
    return refusal === undefined ? { state: 'ready' } : { state: 'degraded', reason: refusal };
  }

  function review(): void {
    const condition = now();
    if (condition.state === said?.state) return;
    // That it has not been reached yet is no change, until it is known why.
    if (said === undefined && condition.state === 'bypassed' && (fault() ?? lastFailure) === undefined)
      return;
    said = condition;
    for (const observer of observers) observer(condition);
  }

  return {
    get condition() {
      return now();
    },
    observe(changed) {
      observers.push(changed);
      if (said) changed(said);
    },
    wrote(refused) {
      if (refused !== undefined) {
        refusal = refused;
        refusedAt = clock.monotonic();
      } else if (clock.monotonic() - refusedAt >= limits.redisRecoveryMs) refusal = undefined;
      review();
    },
    failed(reason) {
      lastFailure = reason;
      review();
    },
    review,
  };
}
