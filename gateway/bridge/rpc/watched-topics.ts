import type { BookId } from '../../../runtime/domain.ts';

/** Which topics are watched by whom, by their `topicKey`, and which books they have as far as that is known. */
export interface WatchedTopics<Watcher> {
  /** The watched topic that a book is known to be of. */
  of(id: BookId): string | undefined;
  watchers(name: string | undefined): ReadonlySet<Watcher> | undefined;
  /** A book is of this topic now, and leaves the one that it had. */
  place(name: string, id: BookId): void;
  watch(name: string, watcher: Watcher): void;
  /** The books of the topic, which this watcher hears of no more. */
  unwatch(name: string, watcher: Watcher): Iterable<BookId>;
}

interface WatchedTopic<Watcher> {
  readonly books: Set<BookId>;
  readonly watchers: Set<Watcher>;
}

export function createWatchedTopics<Watcher>(): WatchedTopics<Watcher> {
  const topics = new Map<string, WatchedTopic<Watcher>>();
  const topicOf = new Map<BookId, string>();

  return {
    of: (id) => topicOf.get(id),
    watchers: (name) => (name === undefined ? undefined : topics.get(name)?.watchers),
    place(name, id) {
      const before = topicOf.get(id);
      if (before !== undefined && before !== name) {
        topics.get(before)?.books.delete(id);
        topicOf.delete(id);
      }
      const topic = topics.get(name);
      if (!topic) return;
      topic.books.add(id);
      topicOf.set(id, name);
    },
    watch(name, watcher) {
      const known = topics.get(name);
      if (known) known.watchers.add(watcher);
      else topics.set(name, { books: new Set(), watchers: new Set([watcher]) });
    },
    unwatch(name, watcher) {
      const topic = topics.get(name);
      if (!topic) return [];
      topic.watchers.delete(watcher);
      if (topic.watchers.size > 0) return topic.books;
      topics.delete(name);
      for (const id of topic.books) topicOf.delete(id);
      return topic.books;
    },
  };
}
