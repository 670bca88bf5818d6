import { type Book, type BookEvent, type BookId, KEPT_BOOK_EVENTS } from '../../runtime/domain.ts';
import { eventKey } from '../../storage/keys.ts';
import type { DigestedRecords } from './digested-records.ts';
import type { ChangedBook } from './edit-book.ts';

/** The history of every book: its remembered changes, in the records. */
export class BookHistories {
  readonly #kept: DigestedRecords;

  constructor(kept: DigestedRecords) {
    this.#kept = kept;
  }

  /** Remembers a change, in the place of the oldest. */
  remember({ after, event }: ChangedBook): void {
    this.#kept.put(eventKey(after.id, event.number % KEPT_BOOK_EVENTS), JSON.stringify(event));
  }

  /** The change of a book with that number, one of those that are remembered. */
  event(id: BookId, number: number): BookEvent {
    return JSON.parse(this.#kept.get(eventKey(id, number % KEPT_BOOK_EVENTS))!);
  }

  /** The changes of a book that are remembered, the latest first, from the one before the number `before` on. */
  *of(book: Book, before = Number.POSITIVE_INFINITY): Iterable<BookEvent> {
    const { id, changes = 0 } = book;
    const oldest = Math.max(1, changes - KEPT_BOOK_EVENTS + 1);
    for (let number = Math.min(changes, before - 1); number >= oldest; number--) {
      yield this.event(id, number);
    }
  }
}
