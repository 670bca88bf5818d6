import { type Clock, sleep } from '../../../runtime/clock.ts';
import type { BookChange } from '../../../runtime/domain.ts';
import type { FindQuery } from '../../../runtime/finding.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Reply } from '../../../runtime/messages.ts';
import { fillPage, PAGE_FRAME_BYTES } from '../page.ts';
import type { CatalogState } from '../state.ts';
import { SearchableBooks } from './searchable-books.ts';

/**
 * Finds books by their words. The index is made after the start, a little a tick, so that the first who looks does not wait for all of
 * it; what is missing when somebody looks is made a piece at a time, so that purchases get through in between.
 */
export interface BookFinder {
  /** Makes the index as far as it is missing. `checked` throws when nobody waits any more; what is made stays. */
  prepare(state: () => CatalogState, checked: () => void): Promise<void>;
  find(
    state: () => CatalogState,
    query: FindQuery,
    options: { readonly maxPageBytes: number; readonly checked: () => void },
  ): Promise<Reply<'read.find'>>;
  /** A tick: goes on with the index by so many books, unless there are so many that only who looks should pay for it. */
  tend(state: CatalogState): void;
  /** Hears of everything that is applied to the state. */
  changed(changes: readonly BookChange[]): void;
}

export function createBookFinder({
  clock,
  limits,
}: {
  readonly clock: Clock;
  readonly limits: Limits;
}): BookFinder {
  const { findPieceBooks, findRestMs, findTendBooks, findTendBusyBooks, maxFindTended, maxFindWords } =
    limits;
  let books: SearchableBooks | undefined;
  /** Something was sold since the last tick: the index is in less of a hurry than that. */
  let isBusy = false;
  let piece: Promise<void> | undefined;

  /** A snapshot replaces the state, and then the index begins anew. */
  function indexOf(state: CatalogState): SearchableBooks {
    if (books?.state !== state || books.isWorn) books = new SearchableBooks(state, maxFindWords);
    return books;
  }

  /** Shared by all who wait, so that many do not make it faster at the cost of purchases. */
  async function makePiece(index: SearchableBooks): Promise<void> {
    index.takeUp(findPieceBooks);
    await sleep(clock, findRestMs);
    piece = undefined;
  }

  async function complete(state: () => CatalogState, checked: () => void): Promise<SearchableBooks> {
    for (;;) {
      const index = indexOf(state());
      if (index.waiting <= findPieceBooks) {
        index.takeUp(findPieceBooks);
        return index;
      }
      checked();
      piece ??= makePiece(index);
      await piece;
    }
  }

  return {
    async prepare(state, checked) {
      await complete(state, checked);
    },

    async find(state, query, { maxPageBytes, checked }) {
      const { limit } = query;
      let index = await complete(state, checked);
      // What was applied since the last look is in the state, but may not be in the index.
      while (index.waiting > 0 || index.state !== state()) index = await complete(state, checked);
      const places = index.find(query);
      const found = places.map(({ id }) => index.state.book(id)!);
      const page = fillPage(found, { limit, maxBytes: maxPageBytes - PAGE_FRAME_BYTES });
      const { elements, bytes, more } = page;
      const next = more ? places[elements.length - 1]! : null;
      return { books: elements, next, bytes, asOf: index.state.applied.index };
    },

    tend(state) {
      const most = isBusy ? findTendBusyBooks : findTendBooks;
      isBusy = false;
      if (state.size > 0 && state.size <= maxFindTended && !piece) indexOf(state).takeUp(most);
    },

    changed(changes) {
      // That of a new book, or of other words, has its topic.
      isBusy ||= changes.length > 0 && changes[0]!.topic === undefined;
      if (books) for (const change of changes) books.changed(change);
    },
  };
}
