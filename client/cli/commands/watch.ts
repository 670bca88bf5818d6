import type { StockAnswer } from '../../../runtime/api.ts';
import { UsageError } from '../../../runtime/command-line.ts';
import { DEFAULT_LIMITS } from '../../../runtime/limits.ts';
import { plain } from '../../../runtime/plain.ts';
import type { Client } from '../../client.ts';
import type { StockFilter } from '../../subscriptions.ts';
import { type CliCommand, type CliContext, EXIT, readBookId } from '../command.ts';
import { copies, priceText } from '../wording.ts';

const MOST_BOOKS = DEFAULT_LIMITS.maxSubscriptions;

export const watch: CliCommand = {
  name: 'watch',
  usage: '[ID...]',
  summary: 'stock and price as they change, until Ctrl-C',
  details: [
    'Begins with the present state of each book. Goes on by itself when the connection drops: the newest state of',
    `each book always comes. Without ids it watches the books there are, at most ${MOST_BOOKS}.`,
  ],
  options: {
    '--topic <TOPIC>': 'the books of this topic instead of ids, books still to come included',
  },
  examples: [
    ['watch 1 2', 'these two books'],
    ['watch --topic "distributed systems"', 'a whole topic'],
    ['watch --json', 'every book, one JSON object a line'],
  ],
  async run(context) {
    const ids = context.args.map(readBookId);
    const topic = context.options.topic === undefined ? undefined : String(context.options.topic);
    if (topic !== undefined && ids.length > 0) throw new UsageError('give ids or --topic, not both');
    if (ids.length > MOST_BOOKS) throw new UsageError(`at most ${MOST_BOOKS} ids can be watched`);

    try {
      await follow(context, ids, topic);
    } catch (error) {
      if (!context.signal.aborted) throw error;
    }
    return EXIT.done;
  },
};

async function follow(context: CliContext, ids: number[], topic: string | undefined): Promise<void> {
  const store = context.store();
  const filter = await filterOf(store, ids, topic);
  if (!filter) {
    context.terminal.err('bazar: there is no book to watch\n');
    return;
  }
  const show = (state: StockAnswer) => context.show(state, () => describe(state));
  for (const state of await store.subscribe(filter)) show(state);
  store.onStock(show);
  await aborted(context.signal);
}

async function filterOf(
  store: Client,
  ids: number[],
  topic: string | undefined,
): Promise<StockFilter | undefined> {
  if (topic !== undefined) return { topic };
  const all = ids.length > 0 ? ids : await presentIds(store);
  return all.length > 0 ? { ids: all } : undefined;
}

async function presentIds(store: Client): Promise<number[]> {
  const ids: number[] = [];
  for (let after: number | null | undefined; after !== null && ids.length < MOST_BOOKS; ) {
    const page = await store.books({
      limit: DEFAULT_LIMITS.maxPage,
      ...(after === undefined ? {} : { after }),
    });
    for (const book of page.books) ids.push(book.id);
    after = page.next;
  }
  return ids.slice(0, MOST_BOOKS);
}

function describe({ id, stock, price, currency, version }: StockAnswer): string {
  return plain(`Book ${id}: ${copies(stock)} at ${priceText(price, currency)} (version ${version})`);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
