import { type CliCommand, EXIT, readKey } from '../command.ts';
import { priceText } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const release: CliCommand = {
  name: 'release',
  usage: '<ORDERID>',
  summary: 'put back what is held',
  examples: [['release my-order-17', 'however often it is asked, once']],
  async run(context) {
    const [orderId] = context.args.map((text) => readKey(text, 'ORDERID'));
    const again = context.commandLine(`release ${orderId}`);
    const order = await askAgainWith(again, context.store().release(orderId!));
    context.show(
      order,
      () =>
        `Released, the copies are on the shelf again: order ${order.orderId}, ${priceText(order.total, order.currency)} in all.`,
    );
    return EXIT.done;
  },
};
