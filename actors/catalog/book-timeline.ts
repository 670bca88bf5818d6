import { type Book, type BookId, KEPT_BOOK_EVENTS } from '../../runtime/domain.ts';
import type { BookHistories } from './book-histories.ts';
import type { BookIndex } from './book-index.ts';
import type { ChangedBook } from './edit-book.ts';
import { LatestVersions } from './latest-versions.ts';
import { VersionStretches } from './version-stretches.ts';

/** Books and remembered changes that are looked at in one turn of the event loop: a few ms of work. */
const PIECE = 1_000;

/** A change of a book by its number among those of the book; 0 is that it was added. */
export interface NumberedChange {
  readonly id: BookId;
  readonly number: number;
}

/**
 * What became of books, in the order of the log: their remembered changes, and the version since which each is as it is.
 * It follows from the books and what is remembered of them, so it is in memory only. Until somebody asks there is nothing
 * here; then the books are gone through, a piece at a time, and from there on what happens is noted.
 */
export class BookTimeline {
  readonly #shelf: BookIndex;
  readonly #histories: BookHistories;
  readonly #changes = new VersionStretches();
  readonly #latest = new LatestVersions();
  /** What happens to books up to it is noted; none has an id of 0. */
  #upTo = 0;
  #piece: Promise<void> | undefined;

  constructor(shelf: BookIndex, histories: BookHistories) {
    this.#shelf = shelf;
    this.#histories = histories;
  }

  get isWhole(): boolean {
    return this.#upTo === Number.POSITIVE_INFINITY;
  }

  /** Goes through the next piece, and rests: one for all who wait. */
  takeUp(rest: () => Promise<void>): Promise<void> {
    this.#piece ??= (async () => this.#take())()
      .then(rest)
      .finally(() => {
        this.#piece = undefined;
      });
    return this.#piece;
  }

  /** Takes in books that are about to be put in their new state. */
  note(books: readonly Book[]): void {
    for (const { id, version } of books) {
      if (id > this.#upTo) continue;
      const before = this.#shelf.book(id);
      this.#latest.move(id, before?.version, version);
      if (!before) this.#changes.add(version, nameOf({ id, number: 0 }));
    }
  }

  /** Takes in a change that is about to be remembered, in the place of the oldest. */
  noteChange({ after: { id }, event: { number, version } }: ChangedBook): void {
    if (id > this.#upTo) return;
    const forgotten = number - KEPT_BOOK_EVENTS;
    if (forgotten > 0) {
      this.#changes.remove(this.#histories.event(id, forgotten).version, nameOf({ id, number: forgotten }));
    }
    this.#changes.add(version, nameOf({ id, number }));
  }

  /** The changes behind one of them at a version, or without one behind all of it. */
  *changesAfter(version: number, change?: NumberedChange): Iterable<NumberedChange & { version: number }> {
    this.#makeSureItIsWhole();
    for (const { version: at, name } of this.#changes.after(version, change && nameOf(change))) {
      const [id, number] = name.split('.', 2).map(Number) as [BookId, number];
      yield { version: at, id, number };
    }
  }

  /** The books whose present state is newer than that of a book at a version, or without one than all of it. */
  latestAfter(version: number, id?: BookId): Iterable<{ version: number; id: BookId }> {
    this.#makeSureItIsWhole();
    return this.#latest.after(version, id);
  }

  #take(): void {
    let looked = 0;
    for (const book of this.#shelf.after(this.#upTo)) {
      const { id, version, added } = book;
      this.#latest.move(id, undefined, version);
      this.#changes.add(added, nameOf({ id, number: 0 }));
      for (const { version, number } of this.#histories.of(book)) {
        this.#changes.add(version, nameOf({ id, number }));
        looked++;
      }
      this.#upTo = id;
      if (++looked >= PIECE) return;
    }
    this.#upTo = Number.POSITIVE_INFINITY;
  }

  #makeSureItIsWhole(): void {
    if (!this.isWhole) throw new Error('what became of books has not been gone through yet');
  }
}

const nameOf = ({ id, number }: NumberedChange) => `${id}.${number}`;
