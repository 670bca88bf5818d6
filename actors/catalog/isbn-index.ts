import type { Book, BookId } from '../../runtime/domain.ts';
import { isbnKey } from '../../runtime/isbn.ts';

/**
 * The books with an ISBN. New ones get none that another has; stores of earlier versions may have several with one. It is
 * made after the start, a piece at a time, and whatever is missing when it is first asked: a start would take a tenth longer.
 */
export class IsbnIndex {
  readonly #all: () => Iterable<Book>;
  readonly #books = new Map<string, BookId | readonly BookId[]>();
  /** The books that are not taken up yet; it shows later ones too. */
  #rest: Iterator<Book> | undefined;
  #isComplete = false;

  constructor(all: () => Iterable<Book>) {
    this.#all = all;
  }

  /** The book with that ISBN; of several the one with the least id. `but` does not count. */
  find(isbn: string, but?: BookId): BookId | undefined {
    this.takeUp(Number.POSITIVE_INFINITY);
    const found = this.#books.get(isbnKey(isbn));
    if (typeof found === 'number') return found === but ? undefined : found;
    return found?.find((id) => id !== but);
  }

  /** Takes up as many books as this, or fewer. */
  takeUp(most: number): void {
    if (this.#isComplete) return;
    this.#rest ??= this.#all()[Symbol.iterator]();
    for (let left = most; left > 0; left--) {
      const { value, done } = this.#rest.next();
      if (done) {
        this.#isComplete = true;
        this.#rest = undefined;
        return;
      }
      this.#put(value);
    }
  }

  /** A book is new. What is taken up later shows it by itself. */
  add(book: Book): void {
    if (this.#isComplete) this.#put(book);
  }

  /** A book has another ISBN than before. */
  replace(before: Book, after: Book): void {
    if (!this.#isComplete && !this.#rest) return;
    this.#remove(before);
    this.#put(after);
  }

  #put({ id, isbn }: Book): void {
    if (isbn === undefined) return;
    const key = isbnKey(isbn);
    const known = this.#books.get(key);
    if (known === undefined) this.#books.set(key, id);
    else
      this.#books.set(
        key,
        [...new Set([known, id].flat())].sort((one, other) => one - other),
      );
  }

  #remove({ id, isbn }: Book): void {
    if (isbn === undefined) return;
    const key = isbnKey(isbn);
    const left = [this.#books.get(key) ?? []].flat().filter((one) => one !== id);
    if (left.length === 0) this.#books.delete(key);
    else this.#books.set(key, left.length === 1 ? left[0]! : left);
  }
}
