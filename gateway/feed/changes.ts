import type { Book, BookChange, BookId } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { BooksPage, Served } from '../service.ts';

/**
 * Delivers every later state of every book to its listeners, for each book in the order of its versions. What the
 * feed missed is read from the catalogs (backfill), so that the newest state always arrives.
 */
export interface Changes {
  onChange(changed: (change: BookChange) => void): () => void;
  /** Calls `heard` each time that the version has risen, by what the feed has told or has missed. */
  onHeard(heard: () => void): () => void;
  deliver(change: BookChange): void;
  /** The feed has delivered everything up to `index`. */
  heard(index: number): void;
  /** The feed will not deliver the changes after `from`. */
  missed(from: number): void;
}

export function createChanges(options: {
  /** A page of books as of all that was missed. */
  readonly books: (page: { after?: BookId; limit: number }) => Promise<Served<BooksPage>>;
  readonly limits: Limits;
  readonly waits: Waits;
  readonly logger: Logger;
}): Changes {
  const { books, limits, waits, logger } = options;
  const listeners = new Set<(change: BookChange) => void>();
  const hearers = new Set<() => void>();
  /** During a backfill: the last version delivered of each book. Otherwise the feed's own order is enough. */
  let delivered: Map<BookId, number> | undefined;
  /** The index after which changes are still to be read. */
  let missedFrom: number | undefined;
  let backfilling = false;
  /** The feed must get here before its order is enough again. */
  let readUpTo = 0;

  function deliver(change: BookChange): void {
    if (delivered) {
      if ((delivered.get(change.id) ?? -1) >= change.version) return;
      delivered.set(change.id, change.version);
    }
    for (const changed of listeners) changed(change);
  }

  async function backfill(): Promise<void> {
    backfilling = true;
    while (missedFrom !== undefined && !waits.ended) {
      const from = missedFrom;
      missedFrom = undefined;
      try {
        await readAll(from);
      } catch (error) {
        logger.warn({ err: error }, 'could not read what the feed missed, tries again');
        missedFrom = Math.min(from, missedFrom ?? from);
        await waits.pause(limits.retryPauseMs);
      }
    }
    backfilling = false;
  }

  async function readAll(from: number): Promise<void> {
    for (let after: BookId | undefined; ; ) {
      const { value, asOf } = await books({ after, limit: limits.maxPage });
      readUpTo = Math.max(readUpTo, asOf);
      for (const book of value.books) if (book.version > from) deliver(changeOf(book));
      if (value.next === null) return;
      after = value.next;
    }
  }

  return {
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    onHeard(heard) {
      hearers.add(heard);
      return () => void hearers.delete(heard);
    },
    deliver,
    heard(index) {
      if (!backfilling && index >= readUpTo) delivered = undefined;
      for (const heard of hearers) heard();
    },
    missed(from) {
      for (const heard of hearers) heard();
      if (listeners.size === 0) return;
      delivered ??= new Map();
      missedFrom = Math.min(from, missedFrom ?? from);
      if (!backfilling) void backfill();
    },
  };
}

/** With its topic, which may be another one than before. */
function changeOf({ id, stock, price, version, topic, held, retired }: Book): BookChange {
  const change: BookChange = { id, stock, price, version, topic };
  if (held !== undefined) change.held = held;
  if (retired) change.retired = retired;
  return change;
}
