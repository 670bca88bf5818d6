import { plain } from '../../../runtime/plain.ts';
import type { StoreEvent } from '../../events.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { priceText } from '../wording.ts';

export const events: CliCommand = {
  name: 'events',
  usage: '',
  summary: 'what happens to orders, as it happens, until Ctrl-C (reader)',
  details: ['Goes on by itself when the connection drops: each event comes once, in the order of the log.'],
  options: {
    '--since <PLACE>': 'those after this version or the place of an event (default: from the beginning)',
    '--customer <NAME>': 'only orders of this customer',
  },
  examples: [
    ['events', 'all there were, and then those to come'],
    ['events --since 1200 --json', 'those after version 1200, one JSON object a line'],
  ],
  token: 'reader',
  async run(context) {
    const { since, customer } = context.options;
    const request = {
      ...(since !== undefined && { since: String(since) }),
      ...(customer !== undefined && { customer: String(customer) }),
    };
    try {
      for await (const event of context.store().events({ ...request, signal: context.signal })) {
        context.show(event, () => describe(event));
      }
    } catch (error) {
      if (!context.signal.aborted) throw error;
    }
    return EXIT.done;
  },
};

function describe({ id, at, what, order }: StoreEvent): string {
  return plain(
    `${at}  ${what.padEnd(9)} ${order.orderId}, ${priceText(order.total, order.currency)} (${id})`,
  );
}
