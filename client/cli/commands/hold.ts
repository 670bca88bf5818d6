import { readWhole } from '../../../runtime/command-line.ts';
import { DEFAULT_LIMITS } from '../../../runtime/limits.ts';
import { plain } from '../../../runtime/plain.ts';
import { type CliCommand, EXIT, readAmount, readBookId, readCustomer, readKey } from '../command.ts';
import { readDuration } from '../read-duration.ts';
import { copies } from '../wording.ts';
import { askAgainWith } from '../write-failed.ts';

const { minHoldMs, maxHoldMs, defaultHoldMs, maxQuantity } = DEFAULT_LIMITS;

export const hold: CliCommand = {
  name: 'hold',
  usage: '<ID>',
  summary: 'keep copies of a book for a while, at the price of now',
  details: [
    'Nobody else gets them until they are confirmed (confirm ORDERID), released (release ORDERID), or the time is over.',
  ],
  options: {
    '--quantity <N>': 'copies, 1 to 1000000 (default 1)',
    '--for <TIME>': 'how long: 30s, 10m, 2h; 1 s to 24 h (default 15m)',
    '--price <AMOUNT>': 'refuse if a copy costs another price than this',
    '--customer <NAME>': 'for whom; books with a limit for each customer need it',
    '--order <ORDERID>': 'the id of the order that it is to become (default: a new one)',
  },
  examples: [['hold 1 --quantity 2 --for 10m', 'two copies of book 1, for ten minutes']],
  async run(context) {
    const { options, random } = context;
    const [id] = context.args.map(readBookId);
    const quantity = readWhole(String(options.quantity ?? 1), '--quantity', 1, maxQuantity);
    const { for: time } = options;
    const ttlMs =
      time === undefined ? defaultHoldMs : readDuration(String(time), '--for', minHoldMs, maxHoldMs);
    const price = options.price === undefined ? undefined : readAmount(String(options.price));
    const orderId = options.order === undefined ? random.id() : readKey(String(options.order), '--order');
    const { customer, asOption } = readCustomer(options.customer);
    const expected = price === undefined ? '' : ` --price ${price}`;
    const what = `hold ${id} --quantity ${quantity} --for ${time ?? '15m'}${expected}${asOption} --order=${orderId}`;
    const expectation = price === undefined ? {} : { price };
    const request = { id: id!, quantity, ...expectation, ...customer, ttlMs, orderId };
    const held = await askAgainWith(context.commandLine(what), context.store().hold(request));
    context.show(held, () => {
      const lines = held.lines.map(
        (line) => `${copies(line.quantity)} of "${plain(line.title)}" at ${line.price}`,
      );
      const replayed = held.replayed ? ' This had been held before; nothing more was.' : '';
      return `Order ${held.orderId} is ${held.status}: ${lines.join(', ')}, until ${held.expiresAt}.${replayed}`;
    });
    return EXIT.done;
  },
};
