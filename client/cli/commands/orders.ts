import { readWhole } from '../../../runtime/command-line.ts';
import { type CliCommand, EXIT, readKey } from '../command.ts';
import { table } from '../table.ts';

const MOST = 1000;

export const orders: CliCommand = {
  name: 'orders',
  usage: '',
  summary: 'recorded orders, confirmed or refused, a page at a time (reader)',
  options: {
    '--after <ORDERID>': 'those behind this order id',
    '--since <PLACE>': 'in the order of the log, those that changed after this version or place',
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 100)`,
  },
  examples: [
    ['orders', 'the first page'],
    ['orders --since 0', 'the first that changed'],
    ['orders --after my-order-17 --limit 20', 'the twenty behind that'],
  ],
  token: 'reader',
  async run(context) {
    const { after, since, limit } = context.options;
    const page = await context.store().orders({
      ...(after !== undefined && { after: readKey(String(after), '--after') }),
      ...(since !== undefined && { since: String(since) }),
      ...(limit !== undefined && { limit: readWhole(String(limit), '--limit', 1, MOST) }),
    });
    context.show(page, () => {
      const columns = ['order', 'status', 'why', { number: 'copies' }, { number: 'total' }, 'at'];
      const rows = page.orders.map(({ orderId, status, code, lines, total, at }) => {
        const copies = lines.reduce((sum, { quantity }) => sum + quantity, 0);
        return [orderId, status, code, copies, total, at];
      });
      const more =
        page.next === null
          ? []
          : [
              `More: ${context.commandLine(`orders --${since === undefined ? 'after' : 'since'}=${page.next}`)}`,
            ];
      return [table(context.terminal, columns, rows), ...more].join('\n');
    });
    return EXIT.done;
  },
};
