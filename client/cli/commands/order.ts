import type { OrderAnswer } from '../../../runtime/api.ts';
import { type CliCommand, type CliContext, EXIT, readKey } from '../command.ts';
import { table } from '../table.ts';
import { priceText } from '../wording.ts';

export const order: CliCommand = {
  name: 'order',
  usage: '<ORDERID>',
  summary: 'an order as recorded, confirmed or refused',
  details: ['An id that starts with a dash goes after two dashes: order -- -abc'],
  examples: [['order my-order-17', 'what became of it']],
  async run(context) {
    const [orderId] = context.args.map((text) => readKey(text, 'ORDERID'));
    const found = await context.store().order(orderId!);
    context.show(found, () => describe(context, found));
    return EXIT.done;
  },
};

function describe({ terminal }: CliContext, found: OrderAnswer): string {
  const why = found.code ? ` (${found.code}${found.bookId ? `, book ${found.bookId}` : ''})` : '';
  const at = typeof found.at === 'number' ? new Date(found.at).toISOString() : found.at;
  const rows = found.lines.map((line) => [line.id, line.title, line.quantity, line.price]);
  const columns = [{ number: 'id' }, 'title', { number: 'quantity' }, { number: 'price' }];
  return [
    `Order ${found.orderId}: ${found.status}${why} at ${at}`,
    table(terminal, columns, rows),
    outcomeOf(found),
    ...(found.events ?? []).map(({ what, version, at }) => `${at} ${what} (version ${version})`),
  ].join('\n');
}

function outcomeOf({ status, total, currency, expiresAt }: OrderAnswer): string {
  const sum = priceText(total, currency);
  if (status === 'confirmed') return `Total ${sum}`;
  return status === 'held' ? `Kept until ${expiresAt}, for ${sum} in all.` : 'Nothing was sold.';
}
