import { type CliCommand, EXIT, readKey } from '../command.ts';
import { priceText } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const confirm: CliCommand = {
  name: 'confirm',
  usage: '<ORDERID>',
  summary: 'make an order of what is held',
  examples: [['confirm my-order-17', 'however often it is asked, once']],
  async run(context) {
    const [orderId] = context.args.map((text) => readKey(text, 'ORDERID'));
    const again = context.commandLine(`confirm ${orderId}`);
    const order = await askAgainWith(again, context.store().confirm(orderId!));
    context.show(
      order,
      () => `Confirmed: order ${order.orderId}, ${priceText(order.total, order.currency)} in all.`,
    );
    return EXIT.done;
  },
};
