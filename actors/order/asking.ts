import { fullJitterMs } from '../../runtime/backoff.ts';
import type { Result } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';

/**
 * Asking the payment service and the log again and again: what the courses of a payment and of a refund have in common. Asks are
 * numbered, and an answer counts for the latest alone.
 */
export interface Asking {
  /** Asks so far, of the service and of the log; also the number of the latest. */
  readonly asks: number;
  /** Asks without an answer since the last that had one. */
  readonly failures: number;
  readonly pauseMs: number;
  readonly backoff: Pick<Limits, 'paymentBackoffBaseMs' | 'paymentBackoffCapMs'>;
}

/** What ends an ask without an answer, or with none that tells; `jitter` in [0, 1) is the host's chance. */
export interface AnswerMissed {
  readonly type: 'answer.missed';
  readonly ask: number;
  readonly jitter: number;
}

export const firstAsk = (backoff: Asking['backoff']): Asking => ({
  asks: 0,
  failures: 0,
  pauseMs: 0,
  backoff,
});

export const nextAsk = ({ asks }: Asking) => ({ asks: asks + 1 });

export const nextPause = ({ failures, backoff }: Asking, jitter: number) => ({
  failures: failures + 1,
  pauseMs: fullJitterMs(failures + 1, jitter, {
    baseMs: backoff.paymentBackoffBaseMs,
    capMs: backoff.paymentBackoffCapMs,
  }),
});

export const isLate = ({ context }: { context: Asking }, { ask }: { ask: number }) => ask !== context.asks;

/** Nothing is decided: not every catalog can do that yet. */
export const isPutOff = (_: unknown, { result }: { result: Result }) =>
  result.kind === 'refused' && result.code === 'not-yet';
