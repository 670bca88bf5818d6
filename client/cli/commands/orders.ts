import { readWhole, UsageError } from '../../../runtime/command-line.ts';
import { OrderStatus } from '../../../runtime/orders.ts';
import { type CliCommand, EXIT, readCustomer, readKey } from '../command.ts';
import { table } from '../table.ts';

const MOST = 1000;
/** Refused orders are not in the order of the log, since they are forgotten after a while. */
const STATUSES = OrderStatus.exclude(['refused']).options;

export const orders: CliCommand = {
  name: 'orders',
  usage: '',
  summary: 'recorded orders, confirmed or refused, a page at a time (reader)',
  options: {
    '--after <ORDERID>': 'those behind this order id',
    '--since <PLACE>': 'in the order of the log, those that changed after this version or place',
    '--status <STATUS>': `only these, in the order of the log: ${STATUSES.join(', ')}`,
    '--customer <NAME>': 'only orders of this customer, in the order of the log',
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 100)`,
  },
  examples: [
    ['orders', 'the first page'],
    ['orders --since 0', 'the first that changed'],
    ['orders --after my-order-17 --limit 20', 'the twenty behind that'],
    ['orders --status cancelled --customer Ada', 'what Ada has had taken back'],
  ],
  token: 'reader',
  async run(context) {
    const { after, since: given, status: wanted, limit } = context.options;
    const status = wanted === undefined ? undefined : readStatus(String(wanted));
    const { customer, asOption } = readCustomer(context.options.customer);
    const isFiltered = status !== undefined || asOption !== '';
    if (isFiltered && after !== undefined) {
      throw new UsageError('--status and --customer go with --since and not with --after');
    }
    const since = given ?? (isFiltered ? '0' : undefined);
    const page = await context.store().orders({
      ...(after !== undefined && { after: readKey(String(after), '--after') }),
      ...(since !== undefined && { since: String(since) }),
      ...(status !== undefined && { status }),
      ...customer,
      ...(limit !== undefined && { limit: readWhole(String(limit), '--limit', 1, MOST) }),
    });
    context.show(page, () => {
      const columns = ['order', 'status', 'why', { number: 'copies' }, { number: 'total' }, 'at'];
      const rows = page.orders.map(({ orderId, status, code, lines, total, at }) => {
        const copies = lines.reduce((sum, { quantity }) => sum + quantity, 0);
        return [orderId, status, code, copies, total, at];
      });
      const only = `${status === undefined ? '' : ` --status=${status}`}${asOption}`;
      const place = `--${since === undefined ? 'after' : 'since'}=${page.next}`;
      const more = page.next === null ? [] : [`More: ${context.commandLine(`orders ${place}${only}`)}`];
      return [table(context.terminal, columns, rows), ...more].join('\n');
    });
    return EXIT.done;
  },
};

function readStatus(text: string): (typeof STATUSES)[number] {
  const status = STATUSES.find((known) => known === text);
  if (!status) throw new UsageError(`--status must be one of ${STATUSES.join(', ')}, not "${text}"`);
  return status;
}
