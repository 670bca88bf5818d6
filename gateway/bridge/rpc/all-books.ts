import type { BookChange, BookId } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { BooksPage, GatewayService, Served } from '../../service.ts';
import type { Views } from '../views.ts';
import { encodeNotification } from './protocol.ts';
import type { NotificationOutlet } from './subscriptions.ts';

/**
 * Who watches all books, those included that are added later. The start comes page by page; each page is as of a log
 * index, and what is told of its books is newer than that. What a slow client has not taken waits as the latest state
 * of each book.
 */
export interface AllBooks {
  /** A page of books, and their changes from then on; `sent` must be called once it has been handed to the socket. */
  subscribe(watcher: AllBooksWatcher, page: StartPage): Promise<{ page: BooksPage; sent: () => void }>;
  unsubscribe(watcher: AllBooksWatcher): void;
  flush(watcher: AllBooksWatcher): void;
  close(): void;
}

interface StartPage {
  readonly after?: BookId;
  readonly limit: number;
  readonly deadline: number;
}

export interface AllBooksWatcher {
  readonly outlet: NotificationOutlet;
  /** The pages that it was answered. */
  readonly pages: { readonly after: BookId; readonly upTo: BookId; readonly asOf: number }[];
  /** The highest index of these: what is newer needs no look at them. */
  asOf: number;
  /** The latest untold change of each book. */
  readonly news: Map<BookId, Change>;
  /** Answers on their way; news waits for them. */
  holds: number;
  flushing: boolean;
}

/** A change as all are told it, encoded once. */
interface Change {
  readonly id: BookId;
  readonly version: number;
  readonly text: string;
}

/** Pages that one connection may start with; beyond them the oldest is forgotten, and a state may be told twice. */
const MAX_PAGES = 1_000;

export function createAllBooksWatcher(outlet: NotificationOutlet): AllBooksWatcher {
  return { outlet, pages: [], asOf: 0, news: new Map(), holds: 0, flushing: false };
}

export function createAllBooks(options: {
  readonly service: GatewayService;
  readonly views: Views;
  readonly limits: Limits;
  readonly endOfTurn: (run: () => void) => void;
}): AllBooks {
  const { service, views, limits, endOfTurn } = options;
  const watchers = new Set<AllBooksWatcher>();
  let stop: (() => void) | undefined;

  function changed(change: BookChange): void {
    const { id, version } = change;
    const news = { id, version, text: encodeNotification('stock', views.stock(change)) };
    for (const watcher of watchers) {
      watcher.news.set(id, news);
      if (watcher.news.size > limits.maxSubscriptions) watcher.outlet.cut('it does not read what changes');
      else flushSoon(watcher);
    }
  }

  function flushSoon(watcher: AllBooksWatcher): void {
    if (watcher.flushing) return;
    watcher.flushing = true;
    endOfTurn(() => {
      watcher.flushing = false;
      flush(watcher);
    });
  }

  function flush(watcher: AllBooksWatcher): void {
    const { news, outlet, holds } = watcher;
    if (holds > 0) return;
    for (const [id, change] of news) {
      if (!outlet.isReady()) return;
      news.delete(id);
      if (!isShown(watcher, change)) outlet.send(change.text);
    }
  }

  function unsubscribe(watcher: AllBooksWatcher): void {
    watcher.news.clear();
    watcher.pages.length = 0;
    watcher.asOf = 0;
    if (!watchers.delete(watcher) || watchers.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    async subscribe(watcher, { after, limit, deadline }) {
      // Watching begins before the page is read: what changes in between is held-back news, not a gap.
      const isNew = !watchers.has(watcher);
      watchers.add(watcher);
      stop ??= service.onChange(changed);
      watcher.holds += 1;
      const release = () => {
        watcher.holds -= 1;
        flush(watcher);
      };
      try {
        const served = await service.books({ after, limit }, { deadline });
        note(watcher, after ?? 0, served);
        return { page: served.value, sent: release };
      } catch (error) {
        if (isNew) unsubscribe(watcher);
        release();
        throw error;
      }
    },
    unsubscribe,
    flush,
    close() {
      for (const watcher of [...watchers]) unsubscribe(watcher);
    },
  };
}

function note(watcher: AllBooksWatcher, after: BookId, { value, asOf }: Served<BooksPage>): void {
  watcher.pages.push({ after, upTo: value.next ?? Number.POSITIVE_INFINITY, asOf });
  if (watcher.pages.length > MAX_PAGES) watcher.pages.shift();
  watcher.asOf = Math.max(watcher.asOf, asOf);
}

/** Whether a page has shown this state, or a later one. A book that is added after the last page is in none. */
function isShown({ pages, asOf }: AllBooksWatcher, { id, version }: Change): boolean {
  if (version > asOf) return false;
  return pages.some((page) => id > page.after && id <= page.upTo && version <= page.asOf);
}
