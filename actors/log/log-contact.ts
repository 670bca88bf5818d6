import type { Clock } from '../../runtime/clock.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { CommandLog } from './command-log.ts';

/**
 * What this replica knows of the log's end, which a majority of the engine's machines vouches for (`barrier`). Strong
 * reads wait for it, all of one turn for the same; now and then it is asked for without them, since a replica that is cut
 * off does not notice it by what it has.
 */
export interface LogContact {
  /** Resolves once everything is applied here that was acknowledged anywhere before this call. */
  catchUp(deadline: number): Promise<void>;
  /** To be called now and then. */
  look(): void;
  /** More is applied. */
  applied(): void;
  /** The number of the last batch that is known to be in the log; 0 before any is. */
  readonly end: number;
  /** Milliseconds since everything that was in the log was applied here; null before that has ever been so. */
  silentMs(): number | null;
  stop(): void;
}

/** What was the log's end at some moment, until that is applied here. */
interface Awaited {
  readonly ordinal: number;
  readonly askedAt: number;
  /** When nobody waits for it any more. */
  readonly deadline: number;
  readonly resolve: (() => void) | undefined;
}

export function createLogContact(options: {
  readonly log: Pick<CommandLog, 'barrier'>;
  /** The number of the last batch that is applied here. */
  readonly ordinal: () => number;
  /** The log ends with `last`, although `had` was applied here before it was asked. */
  readonly wentBack: (last: number, had: number) => void;
  readonly clock: Clock;
  readonly limits: Limits;
}): LogContact {
  const { log, ordinal, wentBack, clock, limits } = options;
  let end = 0;
  let currentAt: number | null = null;
  let awaited: Awaited[] = [];
  let asking = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let ofThisTurn: { readonly deadline: number; resolve(): void; reject(error: BazarError): void }[] = [];
  let waiting = 0;
  let stopped = false;

  async function ask(deadline: number): Promise<Omit<Awaited, 'resolve'>> {
    const from = clock.monotonic();
    askedAt = from;
    const had = ordinal();
    const last = await log.barrier(deadline);
    if (last < had) wentBack(last, had);
    end = Math.max(end, last);
    return { ordinal: last, askedAt: from, deadline };
  }

  function wait(one: Awaited): void {
    if (one.ordinal > ordinal()) awaited.push(one);
    else reached(one);
  }

  function reached({ askedAt: at, resolve }: Awaited): void {
    currentAt = Math.max(currentAt ?? at, at);
    resolve?.();
  }

  function endTurn(): void {
    const reads = ofThisTurn;
    ofThisTurn = [];
    const deadline = reads.reduce((latest, read) => Math.max(latest, read.deadline), 0);
    ask(deadline).then(
      (place) => {
        for (const { resolve } of reads) wait({ ...place, resolve });
      },
      (error: unknown) => {
        // A read changes nothing, whatever became of the question.
        const { code, message } = asBazarError(error);
        for (const { reject } of reads) reject(new BazarError(code, message, {}, 'none'));
      },
    );
  }

  return {
    catchUp(deadline) {
      if (stopped) return Promise.reject(new BazarError('draining'));
      if (waiting >= limits.maxPendingReads) return Promise.reject(new BazarError('overloaded'));
      waiting++;
      return new Promise<void>((resolve, reject) => {
        if (ofThisTurn.length === 0) clock.defer(endTurn);
        const timer = clock.setTimeout(() => {
          reject(new BazarError('timeout', undefined, {}, 'none'));
        }, deadline - clock.monotonic());
        ofThisTurn.push({
          deadline,
          resolve() {
            clock.clearTimeout(timer);
            resolve();
          },
          reject(error) {
            clock.clearTimeout(timer);
            reject(error);
          },
        });
      }).finally(() => {
        waiting--;
      });
    },
    look() {
      const now = clock.monotonic();
      if (awaited.length > 0) awaited = awaited.filter(({ deadline }) => deadline > now);
      if (asking || stopped || awaited.length > 0 || now - askedAt < limits.logContactMs) return;
      asking = true;
      ask(now + limits.leaderSilenceMs)
        .then(
          (place) => wait({ ...place, resolve: undefined }),
          () => {},
        )
        .finally(() => {
          asking = false;
        });
    },
    applied() {
      if (awaited.length === 0) return;
      const now = ordinal();
      const open = awaited;
      awaited = open.filter((one) => one.ordinal > now);
      if (awaited.length < open.length) for (const one of open) if (one.ordinal <= now) reached(one);
    },
    get end() {
      return end;
    },
    silentMs: () => (currentAt === null ? null : Math.max(0, Math.round(clock.monotonic() - currentAt))),
    stop() {
      stopped = true;
      const reads = ofThisTurn;
      ofThisTurn = [];
      for (const { reject } of reads) reject(new BazarError('draining'));
    },
  };
}
