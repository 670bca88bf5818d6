import type { Timer } from '../../runtime/clock.ts';
import type { PaymentHost } from './payment-host.ts';
import type { CreatePayments } from './payments.ts';

/** As many as a catalog tells of at once (`read.payments`). */
const MOST_AT_A_LOOK = 1_000;

/**
 * A store without a payment service sells at once. What it has left open from a time with one stays so, and this replica says
 * that it does: it looks once after its start, again after each cancellation that leaves a refund open, and as long as there are any.
 */
export const withoutPayments: CreatePayments = (host: PaymentHost) => {
  const { submit, clock, limits, logger } = host;
  let unasked = 0;
  let looking: Timer | undefined;

  async function look(): Promise<void> {
    looking = undefined;
    try {
      // A catalog that is behind would tell of what has ended.
      const found = await host.look(
        { limit: MOST_AT_A_LOOK, minVersion: 0, strong: true },
        limits.paymentLookMs,
      );
      if (!found) return lookAgain();
      const before = unasked;
      unasked = found.open.length + (found.refunds?.length ?? 0);
      if (unasked > 0 && before === 0) {
        const which = `${found.open.length} payments and ${found.refunds?.length ?? 0} refunds are open`;
        logger.warn(
          `${which}, and the store runs without the payment service that knows of them: start it with --payments URL, and they are seen through`,
        );
      }
      if (unasked > 0) lookAgain();
    } catch (error) {
      logger.debug({ err: error }, 'no catalog tells which payments are open');
      lookAgain();
    }
  }

  function lookAgain(): void {
    looking ??= clock.setTimeout(() => void look(), limits.paymentLookMs);
  }

  lookAgain();

  return {
    waiting: 0,
    states: {},
    get unasked() {
      return unasked;
    },
    purchase: submit,
    async cancel(command, incoming) {
      const reply = await submit(command, incoming);
      if (reply.result.kind === 'cancelled' && reply.result.cancellation.refundState) lookAgain();
      return reply;
    },
    stop: () => clock.clearTimeout(looking),
  };
};
