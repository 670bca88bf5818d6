import type { Book, BookChange, BookId } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { BooksPage, Served } from '../service.ts';

/**
 * Tells every later state of every book to whoever wants to know, for each book in the order of its versions. What
 * the feed did not tell is read from the catalogs, so that the newest state always arrives.
 */
export interface Changes {
  onChange(changed: (change: BookChange) => void): () => void;
  tell(change: BookChange): void;
  /** The feed has told everything up to `index`. */
  heard(index: number): void;
  /** The feed will not tell the changes after `from`. */
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
  /** While something is made up for: what was told of each book. Elsewhere the feed's own order is enough. */
  let told: Map<BookId, number> | undefined;
  /** The index after which changes are still to be made up for. */
  let missedFrom: number | undefined;
  let makingUp = false;
  /** The feed must get here before its order is enough again. */
  let readUpTo = 0;

  function tell(change: BookChange): void {
    if (told) {
      if ((told.get(change.id) ?? -1) >= change.version) return;
      told.set(change.id, change.version);
    }
    for (const changed of listeners) changed(change);
  }

  async function makeUp(): Promise<void> {
    makingUp = true;
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
    makingUp = false;
  }

  async function readAll(from: number): Promise<void> {
    for (let after: BookId | undefined; ; ) {
      const { value, asOf } = await books({ after, limit: limits.maxPage });
      readUpTo = Math.max(readUpTo, asOf);
      for (const book of value.books) if (book.version > from) tell(changeOf(book, from));
      if (value.next === null) return;
      after = value.next;
    }
  }

  return {
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    tell,
    heard(index) {
      if (!makingUp && index >= readUpTo) told = undefined;
    },
    missed(from) {
      if (listeners.size === 0) return;
      told ??= new Map();
      missedFrom = Math.min(from, missedFrom ?? from);
      if (!makingUp) void makeUp();
    },
  };
}

function changeOf({ id, stock, price, version, topic, added }: Book, from: number): BookChange {
  return added > from ? { id, stock, price, version, topic } : { id, stock, price, version };
}
