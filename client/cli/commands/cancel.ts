import type { CancelledAnswer, OrderAnswer } from '../../../runtime/api.ts';
import { readWhole, UsageError } from '../../../runtime/command-line.ts';
import { DEFAULT_LIMITS } from '../../../runtime/limits.ts';
import { type CliCommand, EXIT, readAmount, readBookId, readKey } from '../command.ts';
import { copies, priceText } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

export const cancel: CliCommand = {
  name: 'cancel',
  usage: '<ORDERID> [ID:N...]',
  summary: 'take back an order or some copies of it (admin)',
  details: [
    'Without ID:N all copies that are left of it. They go back on the shelf, and what was paid for them is given back,',
    'unless the options say otherwise.',
  ],
  options: {
    '--no-restock': 'write the copies off: they do not go back on the shelf',
    '--refund <AMOUNT>': 'give back so much; never more than was paid for the copies',
    '--key <KEY>': 'under one key it happens once, however often it is asked for (default: a new one)',
  },
  examples: [
    ['cancel my-order-17', 'all of it'],
    ['cancel my-order-17 1:2 4:1 --no-restock', 'two copies of book 1 and one of book 4, which are spoilt'],
  ],
  token: 'admin',
  async run(context) {
    const [first = '', ...rest] = context.args;
    const orderId = readKey(first, 'ORDERID');
    const lines = rest.map(readLine);
    const { restock, refund: amount, key: given } = context.options;
    const key = given === undefined ? context.random.id() : readKey(String(given), '--key');
    const refund = amount === undefined ? undefined : readAmount(String(amount));
    const said = `${rest.map((text) => ` ${text}`).join('')}${restock === false ? ' --no-restock' : ''}`;
    const asRefund = refund === undefined ? '' : ` --refund ${refund}`;
    const again = context.commandLine(`cancel ${orderId}${said}${asRefund} --key=${key}`);
    const wish = {
      ...(lines.length > 0 && { lines }),
      ...(restock === false && { restock }),
      ...(refund !== undefined && { refund }),
    };
    const cancelled = await askAgainWith(again, context.store().cancel(orderId, wish, { key }));
    context.show(cancelled, () => describe(cancelled));
    return EXIT.done;
  },
};

function readLine(text: string) {
  const [, id, quantity] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (id === undefined) throw new UsageError(`copies are said like 1:2, two of book 1, not "${text}"`);
  return { id: readBookId(id), quantity: readWhole(quantity!, 'N', 1, DEFAULT_LIMITS.maxQuantity) };
}

const STATE: Partial<Record<OrderAnswer['status'], string>> = {
  cancelled: 'nothing is left of it',
  'partly-cancelled': 'a part of it is left',
};

function describe(cancelled: CancelledAnswer): string {
  const { orderId, lines, restocked, refund, currency, status, replayed, refundState } = cancelled;
  const what = lines.map(({ id, quantity }) => `${copies(quantity)} of book ${id}`).join(', ');
  const where = restocked ? 'back on the shelf' : 'written off';
  const given = refundState ? 'asked back of the payment service' : 'given back';
  const before = replayed ? ' This had been done before; nothing more was cancelled.' : '';
  return `Cancelled ${what} of order ${orderId}, ${where}; ${priceText(refund, currency)} ${given}, ${STATE[status]}.${before}`;
}
