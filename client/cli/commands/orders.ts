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
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 100)`,
  },
  examples: [
    ['orders', 'the first page'],
    ['orders --after my-order-17 --limit 20', 'the twenty behind that'],
  ],
  token: 'reader',
  async run(context) {
    const { after, limit } = context.options;
    const page = await context.store().orders({
      ...(after !== undefined && { after: readKey(String(after), '--after') }),
      ...(limit !== undefined && { limit: readWhole(String(limit), '--limit', 1, MOST) }),
    });
    context.show(page, () => {
      const columns = ['order', 'status', 'why', { number: 'copies' }, { number: 'total' }, 'at'];
      const rows = page.orders.map(({ orderId, status, code, lines, total, at }) => {
        const copies = lines.reduce((sum, { quantity }) => sum + quantity, 0);
        return [orderId, status, code, copies, total, at];
      });
      const more = page.next === null ? [] : [`More: ${context.commandLine(`orders --after=${page.next}`)}`];
      return [table(context.terminal, columns, rows), ...more].join('\n');
    });
    return EXIT.done;
  },
};
