import type { Clock, Timer } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { PaymentPort } from './payment-port.ts';

/**
 * How many requests one replica has with the payment service at once. A service that is asked for more than it bears answers
 * all of them too late; they are asked again, and it does nothing but what nobody waits for any more. So the number grows by one
 * a round while answers come soon, and is halved once a round when they come late: additive increase, multiplicative decrease
 * (Chiu and Jain 1989; Jacobson and Karels 1988). The others wait here, in the order in which they came, also while the
 * service cannot be reached: then one at a time finds out whether it is back.
 */
export interface PaymentGate extends PaymentPort {
  /** How many requests may be with the service now. */
  readonly width: number;
  /** ms that one more payment would about wait until the service is asked, with `open` before it; for ever if it is not reached. */
  waitMs(open: number): number;
  /** Nothing that waits is asked any more. */
  stop(): void;
}

/** Answers are late that take so many times as long as one that is asked for alone … */
const LATE = 4;
/** … or, where that is less, milliseconds that nobody minds … */
const SOON_MS = 500;
/** … or so much of the time after which they are missed. */
const NEARLY_MISSED = 0.8;
/** By what the usual time of an answer follows the last one: half of them are above it, so a few that are lost do not count. */
const STEP = 1.1;
/** So many failures in a row say that the service is not reached. */
const MANY_FAILURES = 3;

export function createPaymentGate(
  port: PaymentPort,
  {
    clock,
    limits,
  }: {
    readonly clock: Pick<Clock, 'monotonic' | 'setTimeout' | 'clearTimeout'>;
    readonly limits: Pick<Limits, 'paymentsAtFirst' | 'maxOpenPayments' | 'paymentPauseMs'>;
  },
): PaymentGate {
  let width = limits.paymentsAtFirst;
  let underWay = 0;
  let begun = 0;
  /** ms of an answer that nothing else was asked beside, as far as is known. */
  let leastMs = Number.POSITIVE_INFINITY;
  /** ms of an answer lately. */
  let usualMs = 0;
  /** Requests from before the last halving say nothing of the number since. */
  let halvedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let pausing: Timer | undefined;
  let waiting: { readonly since: number; readonly letIn: () => void }[] = [];

  const isReached = () => failures < MANY_FAILURES;
  const hasRoom = () => !pausing && underWay < (isReached() ? Math.floor(width) : 1);

  async function ask<T>(timeoutMs: number, request: () => Promise<T>): Promise<T> {
    if (hasRoom()) underWay++;
    else await new Promise<void>((letIn) => waiting.push({ since: clock.monotonic(), letIn }));
    const isFirst = underWay === 1;
    const number = ++begun;
    const at = clock.monotonic();
    try {
      const answer = await request();
      const ms = clock.monotonic() - at;
      leastMs = isFirst && number === begun ? ms : Math.min(leastMs, ms);
      failures = 0;
      learn(at, ms, timeoutMs);
      return answer;
    } catch (error) {
      failures++;
      // Who refuses at once does not do so because too much is asked.
      if (error instanceof BazarError && error.code === 'timeout') learn(at, timeoutMs, timeoutMs);
      throw error;
    } finally {
      underWay--;
      if (!isReached()) pause();
      letIn();
    }
  }

  function letIn(): void {
    while (waiting.length > 0 && hasRoom()) {
      underWay++;
      waiting.shift()!.letIn();
    }
  }

  function pause(): void {
    pausing ??= clock.setTimeout(() => {
      pausing = undefined;
      letIn();
    }, limits.paymentPauseMs);
  }

  function learn(at: number, ms: number, timeoutMs: number): void {
    usualMs = usualMs === 0 ? ms : ms > usualMs ? usualMs * STEP : usualMs / STEP;
    if (usualMs > Math.min(Math.max(LATE * leastMs, SOON_MS), NEARLY_MISSED * timeoutMs)) {
      if (at < halvedAt) return;
      width = Math.max(1, width / 2);
      halvedAt = clock.monotonic();
    } else if (waiting.length > 0) {
      width = Math.min(limits.maxOpenPayments, width + 1 / width);
    }
  }

  return {
    pay: (request, timeoutMs) => ask(timeoutMs, () => port.pay(request, timeoutMs)),
    makeVoid: (request, timeoutMs) => ask(timeoutMs, () => port.makeVoid(request, timeoutMs)),
    refund: (request, timeoutMs) => ask(timeoutMs, () => port.refund(request, timeoutMs)),
    get width() {
      return Math.floor(width);
    },
    waitMs(open) {
      if (!isReached()) return Number.POSITIVE_INFINITY;
      const [oldest] = waiting;
      const waited = oldest ? clock.monotonic() - oldest.since : 0;
      return Math.max(waited, (Math.max(0, open + 1 - width) / width) * usualMs);
    },
    stop() {
      waiting = [];
      clock.clearTimeout(pausing);
    },
  };
}
