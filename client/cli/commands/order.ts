import type { OrderAnswer } from '../../../runtime/api.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, type CliContext, EXIT, readKey } from '../command.ts';
import { table } from '../table.ts';
import { copies, priceText } from '../wording.ts';

export const order: CliCommand = {
  name: 'order',
  usage: '<ORDERID>',
  summary: 'an order as recorded, and what has become of it',
  details: ['An id that starts with a dash goes after two dashes: order -- -abc'],
  examples: [['order my-order-17', 'what became of it']],
  token: 'if given',
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
  const isCut = found.lines.some((line) => line.cancelled);
  const rows = found.lines.map(({ id, title, quantity, price, cancelled = 0 }) => [
    ...[id, title, quantity, price],
    ...(isCut ? [cancelled] : []),
  ]);
  const columns = [
    ...[{ number: 'id' }, 'title', { number: 'quantity' }, { number: 'price' }],
    ...(isCut ? [{ number: 'cancelled' }] : []),
  ];
  return [
    `Order ${found.orderId}: ${found.status}${why} at ${at}`,
    ...(found.customer === undefined ? [] : [`For ${plain(found.customer)}`]),
    table(terminal, columns, rows),
    outcomeOf(found),
    ...(found.payment === undefined ? [] : [`Payment ${found.payment}`]),
    ...(found.events ?? []).map((event) => describeEvent(event, found.currency)),
  ].join('\n');
}

function describeEvent(event: NonNullable<OrderAnswer['events']>[number], currency: string | undefined) {
  const { what, version, at, lines, refund, restocked, by, refundState } = event;
  const happened = `${at} ${what} (version ${version})`;
  if (refund === undefined) return happened;
  if (!lines) return `${happened}: ${priceText(refund, currency)}`;
  const taken = lines.map(({ id, quantity }) => `${copies(quantity)} of book ${id}`).join(', ');
  const where = restocked ? 'back on the shelf' : 'written off';
  return `${happened}: ${taken}, ${where}; ${priceText(refund, currency)} ${REFUNDS[refundState ?? 'refunded']}, by ${by}`;
}

const REFUNDS = {
  requested: 'asked back of the payment service',
  refunded: 'given back',
  refused: 'that the payment service does not give back, so give it back in another way',
} as const;

function outcomeOf({ status, total, currency, expiresAt, refunded }: OrderAnswer): string {
  const sum = priceText(total, currency);
  if (status === 'confirmed') return `Total ${sum}`;
  if (refunded !== undefined) return `Total ${sum}, of which ${priceText(refunded, currency)} given back`;
  return status === 'held' ? `Kept until ${expiresAt}, for ${sum} in all.` : 'Nothing was sold.';
}
