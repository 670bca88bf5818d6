import { EventType } from '../../../runtime/changes.ts';
import { UsageError } from '../../../runtime/command-line.ts';
import { plain } from '../../../runtime/plain.ts';
import type { StoreEvent } from '../../events.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { priceText } from '../wording.ts';

export const events: CliCommand = {
  name: 'events',
  usage: '',
  summary: 'what happens to orders and books, as it happens, until Ctrl-C (reader)',
  details: ['Goes on by itself when the connection drops: each event comes once, in the order of the log.'],
  options: {
    '--since <PLACE>': 'those after this version or the place of an event (default: from the beginning)',
    '--types <LIST>': 'of order, book and stock, with commas between (default: order)',
    '--customer <NAME>': 'only orders of this customer',
  },
  examples: [
    ['events', 'all there were, and then those to come'],
    ['events --types order,book,stock', 'also what becomes of books, and how many copies there are'],
    ['events --since 1200 --json', 'those after version 1200, one JSON object a line'],
  ],
  token: 'reader',
  async run(context) {
    const { since, customer, types } = context.options;
    const request = {
      ...(since !== undefined && { since: String(since) }),
      ...(customer !== undefined && { customer: String(customer) }),
      types: types === undefined ? (['order'] as const) : readTypes(String(types)),
    };
    try {
      for await (const event of context.store().events({ ...request, signal: context.signal })) {
        context.show(event, () => describe(event));
      }
    } catch (error) {
      if (!context.signal.aborted) throw error;
    }
    return EXIT.done;
  },
};

function readTypes(text: string): EventType[] {
  return text.split(',').map((name) => {
    const type = EventType.safeParse(name.trim()).data;
    if (type) return type;
    throw new UsageError(`--types ${text}: must be of ${EventType.options.join(', ')}, with commas between.`);
  });
}

function describe(event: StoreEvent): string {
  return plain(`${wordsOf(event)} (${event.id})`);
}

function wordsOf(event: StoreEvent): string {
  switch (event.type) {
    case 'order': {
      const { at, what, order } = event;
      return `${at}  ${what.padEnd(9)} ${order.orderId}, ${priceText(order.total, order.currency)}`;
    }
    case 'book': {
      const { at = NO_TIME, what, change, book } = event;
      const facts = change?.changes.map(
        ({ fact, from, to }) => `${fact} ${from ?? 'none'} → ${to ?? 'none'}`,
      );
      return `${at}  ${what.padEnd(9)} book ${book.id}, ${facts ? facts.join(', ') : book.title}`;
    }
    case 'stock': {
      const { id, stock, price, currency } = event.book;
      return `${NO_TIME}  stock     book ${id}, ${stock} to sell at ${priceText(price, currency)}`;
    }
  }
}

/** As wide as a time. */
const NO_TIME = ' '.repeat('2026-01-01T00:00:00.000Z'.length);
