import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { BookAnswer, StockAnswer } from '../../../runtime/api.ts';
import { browserClock } from '../browser-clock.ts';
import { call, onNotification, onOpen } from '../store-socket.ts';

/** All books as they are now: read page by page, and kept up to date by what the store tells. */

export interface ShelfBook extends BookAnswer {
  /** Milliseconds from the commit to this page, by the clocks of one machine; null where it was not told. */
  readonly lagMs: number | null;
  /** Counts the changes seen here, so that a change can be shown as one. */
  readonly changes: number;
}

const PAGE = 200;
/** What changes comes gathered: with thousands of purchases a second, one message each would cost more than drawing them. */
const NEWS_EVERY_MS = 100;
/** Books that one page shows; beyond them one has to search by topic. */
export const MOST_BOOKS = 2_000;

const books = signal<ReadonlyMap<number, Signal<ShelfBook>>>(new Map());
export const isLoading = signal(true);
/** Where the next page begins; null where all are here. */
export const moreAfter = signal<number | null>(null);
export const wanted = signal({ text: '', topic: '' });
/** Whether the search field shall take the cursor; it does once it is shown. */
export const searchAsked = signal(false);

export const shelf: ReadonlySignal<readonly Signal<ShelfBook>[]> = computed(() => [...books.value.values()]);

export const topicCounts = computed(() => {
  const counts = new Map<string, number>();
  for (const { value } of shelf.value) counts.set(value.topic, (counts.get(value.topic) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, 12);
});

export const found = computed(() => {
  const { text, topic } = wanted.value;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return shelf.value.filter(({ value: { id, title, topic: of, authors = '', isbn = '' } }) => {
    if (topic !== '' && of !== topic) return false;
    const all = `${id} ${title} ${of} ${authors} ${isbn}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
});

export function bookOf(id: number): ShelfBook | undefined {
  return books.value.get(id)?.value;
}

function place(given: readonly BookAnswer[]): void {
  const fresh = given.filter(({ id }) => !books.value.has(id));
  for (const book of given) renew(book, null);
  if (fresh.length === 0) return;
  const next = new Map(books.value);
  for (const book of fresh) next.set(book.id, signal({ ...book, lagMs: null, changes: 0 }));
  books.value = new Map([...next].sort(([a], [b]) => a - b));
}

/** Takes in a newer state of a book that is here; what is older changes nothing. */
function renew({ id, stock, price, version }: StockAnswer, lagMs: number | null): void {
  const known = books.value.get(id);
  if (!known || known.value.version >= version) return;
  known.value = { ...known.value, stock, price, version, lagMs, changes: known.value.changes + 1 };
}

async function told(state: StockAnswer): Promise<void> {
  const lagMs = state.at === undefined ? null : Math.max(0, browserClock.now() - Date.parse(state.at));
  if (books.value.has(state.id)) return renew(state, lagMs);
  if (moreAfter.value !== null && state.id > moreAfter.value) return;
  try {
    place([await call<BookAnswer>('info', { id: state.id })]);
  } catch {
    // It comes with its next change, or when the connection is back.
  }
}

async function loadPage(after: number | undefined): Promise<number | null> {
  const page = await call<{ books: BookAnswer[]; next: number | null }>('subscribe', {
    all: true,
    limit: PAGE,
    everyMs: NEWS_EVERY_MS,
    ...(after === undefined ? {} : { after }),
  });
  place(page.books);
  return page.next;
}

async function load(): Promise<void> {
  try {
    let next = await loadPage(undefined);
    while (next !== null && books.value.size < MOST_BOOKS) next = await loadPage(next);
    moreAfter.value = next;
    isLoading.value = false;
  } catch {
    // The socket has gone; everything is read again when it is back.
  }
}

export function keepShelf(): void {
  onNotification<{ books: StockAnswer[] }>('stocks', (news) => {
    batch(() => {
      for (const state of news.books) void told(state);
    });
  });
  onOpen(() => void load());
}
