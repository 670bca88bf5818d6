import { effect } from '@preact/signals';
import type { AddedAnswer, BookAnswer, BooksAnswer, TitleAnswer } from '../../../runtime/api.ts';
import { browserClock, randomName } from '../browser-clock.ts';
import { formatMs } from '../format.ts';
import { bookOf } from '../shop/shelf.ts';
import { picture } from '../watched-store.ts';
import type { Experiment } from './experiment.ts';
import { type Measured, spreadOf } from './measured.ts';
import type { Trial } from './trial.ts';

const UPDATES = 30;
/** Patience with the news of one update, and reads of one update until every catalog has shown it. */
const NEWS_MS = 1_000;
const MOST_READS = 12;
const TOPIC = 'experiments';

interface Times {
  readonly before: number[];
  readonly update: number[];
  readonly after: number[];
  readonly told: number[];
  readonly everywhere: number[];
}

/** Figure 3: whether what was changed is seen, and when. */
export const afterUpdate: Experiment = {
  name: 'update',
  title: 'Consistency after an update',
  does: `${UPDATES} times a copy is put on a book of its own (topic “${TOPIC}”, added once), which is read before and right after; then every catalog is read until all have shown the change.`,
  isWriting: true,
  drawing: 'points',
  before: figure({ before: [], update: [], after: [], told: [], everywhere: [] }),

  async run(trial) {
    const times: Times = { before: [], update: [], after: [], told: [], everywhere: [] };
    const id = await ownBook(trial);
    const catalogs = (picture.peek().figures?.nodes ?? [])
      .filter(({ kind, state }) => kind === 'catalog' && state === 'ready')
      .map((node) => node.id);
    let old = 0;
    await trial.ask('info', { id });
    for (let turn = 0; turn < UPDATES && !trial.isOver; turn++) {
      times.before.push((await trial.ask('info', { id })).tookMs);
      const began = browserClock.monotonic();
      const news = newsOf(id);
      const { result: updated, tookMs } = await trial.ask<BookAnswer>('updateBook', {
        id,
        restock: 1,
        key: `page-${randomName()}`,
      });
      times.update.push(tookMs);
      const after = await trial.ask<BookAnswer>('info', { id });
      times.after.push(after.tookMs);
      if (after.result.version < updated.version) old += 1;
      const everywhere = await untilAllShow(trial, id, updated.version, catalogs);
      old += everywhere.old;
      if (everywhere.tookMs !== undefined) times.everywhere.push(everywhere.tookMs);
      const heardAt = await news;
      if (heardAt !== undefined) times.told.push(heardAt - began);
      trial.show(figure(times));
    }
    return {
      measured: figure(times),
      notes: [
        `Answers that were older than an update before them: ${old}.`,
        'This page is told counts from the beginning of the update, every catalog from its end; those are read in turns, past the caches.',
      ],
    };
  },

  says({ series: [one] }) {
    const [, update, after, told] = one?.values ?? [];
    if (!update || !after) return 'Nothing is measured yet.';
    const news = told ? ` This page was told ${formatMs(told.value)} after it was asked for.` : '';
    return `An update took ${formatMs(update.value)}, and the read right after it ${formatMs(after.value)}.${news}`;
  },
};

/** The book of these experiments: from an earlier run, or added now. */
async function ownBook(trial: Trial): Promise<number> {
  const first = { topic: TOPIC, after: 0, limit: 1 };
  const found = await trial.ask<{ books: TitleAnswer[] }>('search', first);
  const [known] = found.result.books;
  if (known) return known.id;
  const { result } = await trial.ask<AddedAnswer>('addBooks', {
    key: `page-${randomName()}`,
    books: [{ title: 'The book of the experiments', topic: TOPIC, price: '1.00', stock: 0 }],
  });
  return result.added[0]!;
}

/** When (local monotonic ms) this page is told of a newer state of a book that it shows; undefined if not in time. */
function newsOf(id: number): Promise<number | undefined> {
  const known = bookOf(id)?.version;
  if (known === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const timer = browserClock.setTimeout(() => settle(undefined), NEWS_MS);
    const stop = effect(() => {
      if (bookOf(id)!.version > known) settle(browserClock.monotonic());
    });
    function settle(at: number | undefined): void {
      browserClock.clearTimeout(timer);
      stop();
      resolve(at);
    }
  });
}

/** Reads the catalogs in turns until each has answered with that version; `old` counts answers that were older. */
async function untilAllShow(
  trial: Trial,
  id: number,
  version: number,
  catalogs: readonly string[],
): Promise<{ readonly old: number; readonly tookMs: number | undefined }> {
  const missing = new Set(catalogs);
  const began = browserClock.monotonic();
  let old = 0;
  for (let reads = 0; missing.size > 0 && reads < MOST_READS && !trial.isOver; reads++) {
    const page = { after: id - 1, limit: 1, explain: true };
    const { books, via = [] } = (await trial.ask<BooksAnswer>('books', page)).result;
    if (books[0]!.version < version) old += 1;
    else for (const server of via) missing.delete(server);
  }
  const isWhole = catalogs.length > 0 && missing.size === 0;
  return { old, tookMs: isWhole ? browserClock.monotonic() - began : undefined };
}

function figure({ before, update, after, told, everywhere }: Times): Measured {
  return {
    unit: 'ms',
    places: [
      'a read before',
      'the update',
      'the read right after it',
      'told to this page',
      'shown by every catalog',
    ],
    series: [{ name: '', values: [before, update, after, told, everywhere].map(spreadOf) }],
  };
}
