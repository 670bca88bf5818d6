import { readWhole } from '../../../runtime/command-line.ts';
import { DEFAULT_LIMITS } from '../../../runtime/limits.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT, readAmount, readBookId, readCustomer, readKey } from '../command.ts';
import { copies, priceText } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const buy: CliCommand = {
  name: 'buy',
  usage: '<ID>',
  summary: 'buy copies of a book',
  details: [
    'Every purchase has an order id, under which it happens at most once however often it is asked for: by this',
    'program, which asks again while the time of --timeout lasts, or by you with --order.',
  ],
  options: {
    '--quantity <N>': 'copies, 1 to 1000000 (default 1)',
    '--price <AMOUNT>': 'refuse if a copy costs another price than this',
    '--order <ORDERID>': 'the order id (default: a new one)',
    '--customer <NAME>': 'who buys; books with a limit for each customer need it',
    '--trace': 'have the store note what it takes; tell with the command trace',
  },
  examples: [
    ['buy 2', 'one copy of book 2'],
    ['buy 2 --quantity 3', 'three copies'],
    ['buy 2 --trace', 'and note what it takes, process by process'],
    ['buy 2 --order my-order-17', 'the same again gives the same order, not another copy'],
  ],
  async run(context) {
    const { options, random } = context;
    const [id] = context.args.map(readBookId);
    const most = DEFAULT_LIMITS.maxQuantity;
    const quantity = readWhole(String(options.quantity ?? 1), '--quantity', 1, most);
    const price = options.price === undefined ? undefined : readAmount(String(options.price));
    const orderId = options.order === undefined ? random.id() : readKey(String(options.order), '--order');

    const expected = price === undefined ? '' : ` --price ${price}`;
    const { customer, asOption } = readCustomer(options.customer);
    const traced = options.trace ? { trace: true } : {};
    const again = context.commandLine(
      `buy ${id} --quantity ${quantity}${expected}${asOption} --order=${orderId}`,
    );
    const expectation = price === undefined ? {} : { price };
    const request = { id: id!, quantity, ...expectation, ...customer, orderId, ...traced };
    const order = await askAgainWith(again, context.store().purchase(request));
    context.show(order, () => {
      const lines = order.lines.map(
        (line) => `Bought ${copies(line.quantity)} of "${plain(line.title)}" at ${line.price}.`,
      );
      const replayed = order.replayed ? ' This order had been made before; nothing more was bought.' : '';
      const trace = options.trace ? `\nWhat it took: ${context.commandLine(`trace ${orderId}`)}` : '';
      return `${lines.join('\n')}\nOrder ${order.orderId}, ${priceText(order.total, order.currency)} in all.${replayed}${trace}`;
    });
    return EXIT.done;
  },
};
