import type { Book, BookId } from '../../runtime/domain.ts';
import { bookKey } from '../../storage/keys.ts';
import type { BookIndex } from './book-index.ts';
import type { RecordHash } from './digest.ts';
import type { DigestedRecords } from './digested-records.ts';
import { bookLength } from './records.ts';

/** The records of books. That of one is written once for each batch, however often it was sold meanwhile. */
export class KeptBooks {
  readonly #records: DigestedRecords;
  readonly #shelf: BookIndex;
  /** The parts in the digest of books that have changed since the start, to be taken out when they change again. */
  readonly #hashes = new Map<BookId, RecordHash>();
  /** Those whose present state is in neither the overlay nor the digest yet. */
  readonly #changed = new Set<BookId>();
  #changedChars = 0;

  constructor(records: DigestedRecords, shelf: BookIndex) {
    this.#records = records;
    this.#shelf = shelf;
  }

  /** What `settle` is going to put: records, and about their characters. */
  get unsettled(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#changed.size, bytes: this.#changedChars };
  }

  /** A book is another one on the shelf. */
  change(book: Book): void {
    if (this.#changed.has(book.id)) return;
    this.#changed.add(book.id);
    this.#changedChars += bookLength(book);
  }

  /** Brings overlay and digest up to the present books. */
  settle(): void {
    for (const id of this.#changed) {
      const key = bookKey(id);
      const text = JSON.stringify(this.#shelf.book(id));
      const before = this.#hashes.get(id);
      const hash = before ? this.#records.replaceKnown(key, before, text) : this.#records.put(key, text);
      this.#hashes.set(id, hash);
    }
    this.#changed.clear();
    this.#changedChars = 0;
  }
}
