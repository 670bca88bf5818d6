import * as z from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { PaymentPort, PaymentRequest, PaymentStatus, RefundStatus } from './payment-port.ts';

const answerOf = <S extends PaymentStatus | RefundStatus>(statuses: readonly [S, ...S[]]) =>
  z.object({ key: z.string(), status: z.enum(statuses), amount: z.int() });
const PaymentAnswer = answerOf<PaymentStatus>(['captured', 'declined', 'voided']);
const RefundAnswer = answerOf<RefundStatus>(['refunded', 'refused']);
type AnswerTo<S> = z.ZodType<{ key: string; status: S; amount: number }>;

/** A service may refuse with this status, and say so in the same words. */
const PAYMENT_REQUIRED = 402;

export interface PaymentClientOptions {
  /** Where the payment service is; a name and password in it are shown to the service and to nobody else. */
  readonly url: string;
  /** What amounts are of, if the store says so. */
  readonly currency: string | undefined;
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly limits: Pick<Limits, 'maxPaymentAnswerBytes'>;
  readonly logger: Logger;
}

/** The payment service over HTTP: `POST URL/payments`, `POST URL/payments/KEY/void` and `…/refunds`. */
export function createPaymentClient(options: PaymentClientOptions): PaymentPort {
  const { currency, clock, limits, logger } = options;
  const { base, authorization } = readUrl(options.url);

  async function ask<S>(
    path: string,
    request: PaymentRequest,
    answer: AnswerTo<S>,
    timeoutMs: number,
  ): Promise<S> {
    const patience = new AbortController();
    const timer = clock.setTimeout(() => patience.abort(new BazarError('timeout')), timeoutMs);
    try {
      const response = await fetch(base + path, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': request.key,
          ...(authorization && { authorization }),
        },
        body: JSON.stringify({ ...request, currency }),
        signal: patience.signal,
      });
      const text = await boundedText(response, limits.maxPaymentAnswerBytes);
      if (response.ok || response.status === PAYMENT_REQUIRED) return statusIn(text, request, answer);
      throw new BazarError('unavailable', `The payment service answers with status ${response.status}.`);
    } catch (error) {
      if (error instanceof BazarError) throw error;
      // The platform says "fetch failed", and why in the cause.
      const { cause = error } = error as { cause?: unknown };
      throw new BazarError('unavailable', String(cause));
    } finally {
      clock.clearTimeout(timer);
      patience.abort();
    }
  }

  /** An answer to something else says nothing of this payment. */
  function statusIn<S>(text: string, { key, amount, orderId }: PaymentRequest, expected: AnswerTo<S>): S {
    const answer = expected.safeParse(parsedAnswer(text)).data;
    if (answer?.key === key && answer.amount === amount) return answer.status;
    logger.warn({ orderId, answer }, 'an answer of the payment service fits no request, and changes nothing');
    throw new BazarError('unavailable', 'The payment service answers something else.');
  }

  return {
    pay: (request, timeoutMs) => ask('/payments', request, PaymentAnswer, timeoutMs),
    makeVoid: (request, timeoutMs) =>
      ask(`/payments/${encodeURIComponent(request.key)}/void`, request, PaymentAnswer, timeoutMs),
    refund: ({ paymentKey, ...request }, timeoutMs) =>
      ask(`/payments/${encodeURIComponent(paymentKey)}/refunds`, request, RefundAnswer, timeoutMs),
  };
}

function readUrl(url: string): { readonly base: string; readonly authorization: string | undefined } {
  const { origin, pathname, username, password } = new URL(url);
  const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    base: origin + pathname.replace(/\/+$/, ''),
    authorization: who === ':' ? undefined : `Basic ${Buffer.from(who).toString('base64')}`,
  };
}

async function boundedText({ body }: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > maxBytes)
      throw new BazarError('unavailable', `The payment service answers more than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function parsedAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
