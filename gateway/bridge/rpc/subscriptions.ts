import type { StockAnswer } from '../../../runtime/api.ts';
import type { Book, BookChange, BookId } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { topicKey } from '../../../runtime/topic.ts';
import type { GatewayService } from '../../service.ts';
import type { Views } from '../views.ts';
import { encodeNotification } from './protocol.ts';
import { createWatchedTopics } from './watched-topics.ts';

/**
 * Who watches which books, and which notifications are pending.
 *
 * For every watcher and book: versions are sent in rising order, and the newest one is always sent in the end. What a
 * slow client has not taken waits as the latest state per book, never as a queue. From the start of a
 * `subscribe` until its answer has been sent, a watcher's notifications are held back; afterwards those newer than
 * the answer are sent.
 */
export interface Subscriptions {
  /** `sent` must be called once the answer has been handed to the socket, or if it never will be. */
  subscribe(watcher: Watcher, filter: Filter): Promise<{ books: StockAnswer[]; sent: () => void }>;
  /** Without ids or topic: everything. Returns what is still watched. */
  unsubscribe(watcher: Watcher, filter: Partial<FilterFields>): { ids: number; topics: number };
  /** How much is watched. */
  watchedBy(watcher: Watcher): { ids: number; topics: number };
  /** Sends what waits, as far as the outlet takes it. Call it when the outlet has drained. */
  flush(watcher: Watcher): void;
  forget(watcher: Watcher): void;
  close(): void;
}

interface FilterFields {
  readonly ids: readonly BookId[];
  readonly topic: string;
}
export type Filter = Pick<FilterFields, 'ids'> | Pick<FilterFields, 'topic'>;

/** Where a watcher's notifications go. */
export interface NotificationOutlet {
  send(text: string): void;
  /** False while the client has not taken what was sent; it is flushed when it has. */
  isReady(): boolean;
  cut(reason: string): void;
}

export interface Watcher {
  readonly outlet: NotificationOutlet;
  readonly ids: Set<BookId>;
  readonly topics: Set<string>;
  /** The version of each book that was sent last; only newer ones are sent. */
  readonly lastSent: Map<BookId, number>;
  /** The latest notification of each book that is not sent yet. */
  readonly pending: Map<BookId, StockNotification>;
  /** Books and topics it watches, as they were counted last. */
  weight: number;
  /** Answers of `subscribe` on their way; notifications wait for them. */
  holdCount: number;
  flushing: boolean;
}

/** A change as it is sent to all of its watchers, encoded once. */
interface StockNotification {
  readonly id: BookId;
  readonly version: number;
  readonly text: string;
}

const watchedBy = ({ ids, topics }: Watcher) => ({ ids: ids.size, topics: topics.size });

/** States read at a time for one `subscribe`. */
const READS_AT_ONCE = 64;

export function createWatcher(outlet: NotificationOutlet): Watcher {
  return {
    outlet,
    ids: new Set(),
    topics: new Set(),
    lastSent: new Map(),
    pending: new Map(),
    weight: 0,
    holdCount: 0,
    flushing: false,
  };
}

export function createSubscriptions(options: {
  readonly service: GatewayService;
  readonly views: Views;
  readonly limits: Limits;
  readonly endOfTurn: (run: () => void) => void;
}): Subscriptions {
  const { service, views, limits, endOfTurn } = options;
  const byId = new Map<BookId, Set<Watcher>>();
  const byTopic = createWatchedTopics<Watcher>();
  /** Books and topics that are watched, by all watchers together. */
  let watched = 0;
  const stop = service.onChange(changed);

  /** A book of a topic counts from its first notification on. */
  function weigh(watcher: Watcher): void {
    const { ids, topics, lastSent } = watcher;
    const weight = Math.max(ids.size, lastSent.size) + topics.size;
    watched += weight - watcher.weight;
    watcher.weight = weight;
  }

  function makeSureOfRoom(count: number): void {
    if (watched + count <= limits.maxSubscriptionsInAll) return;
    const message = `All connections together may watch ${limits.maxSubscriptionsInAll} books and topics.`;
    throw new BazarError('overloaded', message);
  }

  function changed(change: BookChange): void {
    const before = byTopic.of(change.id);
    if (change.topic !== undefined) byTopic.place(topicKey(change.topic), change.id);
    const topic = byTopic.of(change.id);
    const direct = byId.get(change.id);
    const indirect = byTopic.watchers(topic);
    // Those who watch the topic that it leaves hear of it once more.
    const left = before === topic ? undefined : byTopic.watchers(before);
    if (!direct && !indirect && !left) return;
    const text = encodeNotification('stock', views.stock(change));
    const notification: StockNotification = { id: change.id, version: change.version, text };
    for (const watcher of direct ?? []) deliver(watcher, notification);
    for (const watcher of indirect ?? []) if (!direct?.has(watcher)) deliver(watcher, notification);
    for (const watcher of left ?? []) {
      if (!direct?.has(watcher) && !indirect?.has(watcher)) deliver(watcher, notification);
    }
  }

  function deliver(watcher: Watcher, notification: StockNotification): void {
    const waiting = watcher.pending.get(notification.id);
    if (waiting && waiting.version >= notification.version) return;
    watcher.pending.set(notification.id, notification);
    flushSoon(watcher);
  }

  function flushSoon(watcher: Watcher): void {
    if (watcher.flushing || watcher.pending.size === 0) return;
    watcher.flushing = true;
    endOfTurn(() => {
      watcher.flushing = false;
      flush(watcher);
    });
  }

  function flush(watcher: Watcher): void {
    const { pending, holdCount, lastSent, outlet } = watcher;
    if (holdCount > 0) return;
    for (const [id, { version, text }] of pending) {
      if (!outlet.isReady()) return;
      pending.delete(id);
      if (version <= (lastSent.get(id) ?? -1)) continue;
      if (isWatchedBy(watcher, id)) lastSent.set(id, version);
      else lastSent.delete(id);
      outlet.send(text);
    }
    const before = watcher.weight;
    weigh(watcher);
    // Books that were added to its topic since.
    if (watcher.weight > before && watched > limits.maxSubscriptionsInAll) outlet.cut('too much is watched');
  }

  /** False of a book that has left the topic that it was watched by. */
  function isWatchedBy({ ids, topics }: Watcher, id: BookId): boolean {
    return ids.has(id) || topics.has(byTopic.of(id) ?? '');
  }

  /** Starts watching what is not watched yet, and returns what was. */
  function watch(watcher: Watcher, filter: Filter): Partial<FilterFields> {
    const fresh: Partial<FilterFields> =
      'ids' in filter
        ? { ids: [...new Set(filter.ids)].filter((id) => !watcher.ids.has(id)) }
        : watcher.topics.has(topicKey(filter.topic))
          ? {}
          : { topic: filter.topic };
    const { ids = [], topic } = fresh;
    const count = watcher.ids.size + watcher.topics.size + ids.length + (topic === undefined ? 0 : 1);
    if (count > limits.maxSubscriptions) {
      const message = `A connection may watch ${limits.maxSubscriptions} books and topics.`;
      throw new BazarError('too-many-requests', message);
    }
    makeSureOfRoom(ids.length + (topic === undefined ? 0 : 1));
    for (const id of ids) {
      watcher.ids.add(id);
      const watchers = byId.get(id);
      if (watchers) watchers.add(watcher);
      else byId.set(id, new Set([watcher]));
    }
    if (topic !== undefined) {
      const name = topicKey(topic);
      watcher.topics.add(name);
      byTopic.watch(name, watcher);
    }
    weigh(watcher);
    return fresh;
  }

  function unwatch(watcher: Watcher, { ids = [], topic }: Partial<FilterFields>): void {
    for (const id of ids) {
      if (!watcher.ids.delete(id)) continue;
      const watchers = byId.get(id);
      watchers?.delete(watcher);
      if (watchers?.size === 0) byId.delete(id);
      if (!watcher.topics.has(byTopic.of(id) ?? '')) dropState(watcher, id);
    }
    if (topic !== undefined) unwatchTopic(watcher, topicKey(topic));
    weigh(watcher);
  }

  function unwatchTopic(watcher: Watcher, name: string): void {
    if (!watcher.topics.delete(name)) return;
    for (const id of byTopic.unwatch(name, watcher)) if (!watcher.ids.has(id)) dropState(watcher, id);
  }

  function dropState(watcher: Watcher, id: BookId): void {
    watcher.lastSent.delete(id);
    watcher.pending.delete(id);
  }

  function forget(watcher: Watcher): void {
    unwatch(watcher, { ids: [...watcher.ids] });
    for (const name of [...watcher.topics]) unwatchTopic(watcher, name);
    weigh(watcher);
  }

  async function booksOf(topic: string): Promise<readonly BookId[]> {
    const ids: BookId[] = [];
    for (let after: BookId | undefined; ; ) {
      const { books, next } = (await service.search(topic, { after })).value;
      for (const { id } of books) {
        byTopic.place(topicKey(topic), id);
        ids.push(id);
      }
      if (next === null) return ids;
      after = next;
    }
  }

  async function statesOf(ids: readonly BookId[]): Promise<StockAnswer[]> {
    const states: StockAnswer[] = [];
    for (let from = 0; from < ids.length; from += READS_AT_ONCE) {
      const reads = ids.slice(from, from + READS_AT_ONCE).map((id) => service.book(id));
      for (const { value } of await Promise.all(reads)) if (value) states.push(stateOf(value));
    }
    return states;
  }

  function stateOf({ id, stock, price, version }: Book): StockAnswer {
    return views.stock({ id, stock, price, version });
  }

  return {
    async subscribe(watcher, filter) {
      const fresh = watch(watcher, filter);
      // Watching begins before the states are read: what changes in between is held back, not lost.
      watcher.holdCount += 1;
      const release = () => {
        watcher.holdCount -= 1;
        flush(watcher);
      };
      try {
        const ids = 'ids' in filter ? [...new Set(filter.ids)] : await booksOf(filter.topic);
        if (fresh.topic !== undefined) makeSureOfRoom(ids.length);
        const books = await statesOf(ids);
        for (const { id, version } of books) {
          watcher.lastSent.set(id, Math.max(version, watcher.lastSent.get(id) ?? -1));
        }
        weigh(watcher);
        return { books, sent: release };
      } catch (error) {
        unwatch(watcher, fresh);
        release();
        throw error;
      }
    },
    unsubscribe(watcher, filter) {
      if (filter.ids === undefined && filter.topic === undefined) forget(watcher);
      else unwatch(watcher, filter);
      return watchedBy(watcher);
    },
    watchedBy,
    flush,
    forget,
    close: stop,
  };
}
