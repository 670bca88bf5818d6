import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { BookChange, BookId } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { BooksPage, GatewayService, Served } from '../../service.ts';
import type { Views } from '../views.ts';
import { encodedNotification } from './protocol.ts';
import type { NotificationOutlet } from './subscriptions.ts';

/**
 * Who watches all books, those included that are added later. The start comes page by page; each page is as of a log
 * index, and what is told of its books is newer than that. What a slow client has not taken waits as the latest state
 * of each book. Who has it gathered is told many books at a time and each less often: a frame for every purchase costs
 * its reader more than what it says.
 */
export interface AllBooks {
  /** A page of books, and their changes from then on; `sent` must be called once it has been handed to the socket. */
  subscribe(watcher: AllBooksWatcher, page: StartPage): Promise<{ page: BooksPage; sent: () => void }>;
  unsubscribe(watcher: AllBooksWatcher): void;
  /** Tells what waits for nothing but the client. */
  flush(watcher: AllBooksWatcher): void;
  close(): void;
}

interface StartPage {
  readonly after?: BookId;
  readonly limit: number;
  /** Tell what has changed at most once in so long, as `stocks`; undefined: at once, as `stock`. */
  readonly everyMs?: number;
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
  /** As it asked last. */
  everyMs: number | undefined;
  flushing: boolean;
  timer: Timer | undefined;
}

/** A change as all are told it, encoded once. */
interface Change {
  readonly id: BookId;
  readonly version: number;
  /** Its state as JSON. */
  readonly text: string;
}

/** Books that one `stocks` tells; as many wait no longer for their time. */
const MAX_GATHERED = 1_000;
/** Pages that one connection may start with; beyond them the oldest is forgotten, and a state may be told twice. */
const MAX_PAGES = 1_000;

const AT_ONCE = { everyMs: undefined, flushing: false, timer: undefined };

export function createAllBooksWatcher(outlet: NotificationOutlet): AllBooksWatcher {
  return { outlet, pages: [], asOf: 0, news: new Map(), holds: 0, ...AT_ONCE };
}

export function createAllBooks(options: {
  readonly service: GatewayService;
  readonly views: Views;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly endOfTurn: (run: () => void) => void;
}): AllBooks {
  const { service, views, limits, clock, endOfTurn } = options;
  const watchers = new Set<AllBooksWatcher>();
  let stop: (() => void) | undefined;

  function changed(change: BookChange): void {
    const { id, version } = change;
    const news = { id, version, text: JSON.stringify(views.stock(change)) };
    for (const watcher of watchers) {
      watcher.news.set(id, news);
      if (watcher.news.size > limits.maxSubscriptions) watcher.outlet.cut('it does not read what changes');
      else flushInTime(watcher);
    }
  }

  function flushInTime(watcher: AllBooksWatcher): void {
    const { everyMs, news } = watcher;
    if (everyMs === undefined || news.size >= MAX_GATHERED) flushSoon(watcher);
    else watcher.timer ??= clock.setTimeout(() => tell(watcher), everyMs);
  }

  function flushSoon(watcher: AllBooksWatcher): void {
    if (watcher.flushing) return;
    watcher.flushing = true;
    endOfTurn(() => {
      watcher.flushing = false;
      tell(watcher);
    });
  }

  /** What is gathered waits for its time, also where the client could take more. */
  function flush(watcher: AllBooksWatcher): void {
    if (watcher.timer === undefined) tell(watcher);
  }

  function tell(watcher: AllBooksWatcher): void {
    stopWaiting(watcher);
    if (watcher.holds > 0) return;
    if (watcher.everyMs === undefined) tellEach(watcher);
    else tellGathered(watcher);
  }

  function stopWaiting(watcher: AllBooksWatcher): void {
    clock.clearTimeout(watcher.timer);
    watcher.timer = undefined;
  }

  function unsubscribe(watcher: AllBooksWatcher): void {
    stopWaiting(watcher);
    watcher.news.clear();
    watcher.pages.length = 0;
    watcher.asOf = 0;
    if (!watchers.delete(watcher) || watchers.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    async subscribe(watcher, { after, limit, everyMs, deadline }) {
      // Watching begins before the page is read: what changes in between is held-back news, not a gap.
      const isNew = !watchers.has(watcher);
      watchers.add(watcher);
      stop ??= service.onChange(changed);
      stopWaiting(watcher);
      watcher.everyMs = everyMs;
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

function tellEach(watcher: AllBooksWatcher): void {
  const { news, outlet } = watcher;
  for (const [id, change] of news) {
    if (!outlet.isReady()) return;
    news.delete(id);
    if (!isShown(watcher, change)) outlet.send(encodedNotification('stock', change.text));
  }
}

function tellGathered(watcher: AllBooksWatcher): void {
  const { news, outlet } = watcher;
  while (news.size > 0 && outlet.isReady()) {
    const texts: string[] = [];
    for (const [id, change] of news) {
      if (texts.length === MAX_GATHERED) break;
      news.delete(id);
      if (!isShown(watcher, change)) texts.push(change.text);
    }
    if (texts.length > 0) outlet.send(encodedNotification('stocks', `{"books":[${texts.join()}]}`));
  }
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
