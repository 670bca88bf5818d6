import type { ActorRefFrom } from 'xstate';
import type { Key } from '../../runtime/domain.ts';
import { asBazarError } from '../../runtime/errors.ts';
import type { Reply } from '../../runtime/links/mesh.ts';
import { createStatechart } from '../../runtime/statechart.ts';
import type { PaymentHost } from './payment-host.ts';
import { type PaymentPort, paymentKeyOf, refundKeyOf } from './payment-port.ts';
import { type RefundEffect, type RefundEvent, refundMachine } from './refund-machine.ts';

/** A refund that the log remembers: `key` is that of the cancellation. */
export type AskedRefund = NonNullable<Reply<'read.payments'>['refunds']>[number];

/** The refunds that one order replica asks the payment service for. Those that are too many for it wait in the log. */
export interface Refunds {
  /** Where the oldest course stands, if there is one. */
  readonly state: string | undefined;
  begin(refund: AskedRefund): void;
  /** Takes over what stood open at the last look already and nobody here works on. */
  look(open: readonly AskedRefund[]): void;
  stop(): void;
}

type RefundHost = Pick<PaymentHost, 'submit' | 'clock' | 'random' | 'limits' | 'logger'>;

export function createRefunds(port: PaymentPort, host: RefundHost): Refunds {
  const { submit, clock, random, limits, logger } = host;
  const courses = new Map<Key, ActorRefFrom<typeof refundMachine>>();
  /** The refunds that were open at the last look, and of which nothing was known here. */
  let left: ReadonlySet<Key> = new Set();

  function begin(refund: AskedRefund): void {
    const { key } = refund;
    if (courses.has(key) || courses.size >= limits.maxOpenRefunds) return;
    const actor = createStatechart<typeof refundMachine, RefundEffect>(refundMachine, {
      clock,
      input: { backoff: limits },
      perform: (effect) => void perform(refund, actor, effect),
      completed: () => courses.delete(key),
      failed(error) {
        logger.error({ err: error }, 'the course of a refund failed');
        courses.delete(key);
      },
    });
    courses.set(key, actor);
    actor.start();
  }

  async function perform(
    { key, orderId, amount }: AskedRefund,
    actor: ActorRefFrom<typeof refundMachine>,
    effect: RefundEffect,
  ): Promise<void> {
    const { ask } = effect;
    try {
      if (effect.type === 'refund') {
        const request = { key: refundKeyOf(key), paymentKey: paymentKeyOf(orderId), orderId, amount };
        const status = await port.refund(request, limits.paymentAnswerMs);
        if (status === 'refused') {
          logger.warn(`the payment service refuses the refund of order ${orderId}; give it back otherwise`);
        }
        actor.send({ type: 'service.told', ask, status });
      } else {
        const said = { key, orderId, requestId: random.id(), state: effect.status };
        const deadline = clock.monotonic() + limits.purchaseDeadlineMs;
        const { result } = await submit({ kind: 'settleRefund', ...said }, { deadline });
        actor.send({ type: 'log.told', ask, result });
      }
    } catch (thrown) {
      const { code, message } = asBazarError(thrown);
      logger[ask === 1 ? 'warn' : 'debug'](`${effect.type} of order ${orderId}: ${code}, ${message}`);
      actor.send({ type: 'answer.missed', ask, jitter: random.next() } satisfies RefundEvent);
    }
  }

  return {
    get state() {
      const [oldest] = courses.values();
      return oldest && String(oldest.getSnapshot().value);
    },
    begin,
    look(open) {
      const before = left;
      const unknown = open.filter(({ key }) => !courses.has(key));
      left = new Set(unknown.map(({ key }) => key));
      for (const refund of unknown) if (before.has(refund.key)) begin(refund);
    },
    stop() {
      for (const actor of courses.values()) actor.stop();
      courses.clear();
    },
  };
}
