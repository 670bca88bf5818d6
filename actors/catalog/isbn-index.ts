import type { Book, BookId } from '../../runtime/domain.ts';
import { isbnKey } from '../../runtime/isbn.ts';

/** The books with an ISBN. New ones get none that another has; stores of earlier versions may have several with one. */
export class IsbnIndex {
  readonly #books = new Map<string, BookId | readonly BookId[]>();

  /** The book with that ISBN; of several the one with the least id. `but` does not count. */
  find(isbn: string, but?: BookId): BookId | undefined {
    const found = this.#books.get(isbnKey(isbn));
    if (typeof found === 'number') return found === but ? undefined : found;
    return found?.find((id) => id !== but);
  }

  add({ id, isbn }: Book): void {
    if (isbn === undefined) return;
    const key = isbnKey(isbn);
    const known = this.#books.get(key);
    if (known === undefined) this.#books.set(key, id);
    else
      this.#books.set(
        key,
        [known, id].flat().sort((one, other) => one - other),
      );
  }

  remove({ id, isbn }: Book): void {
    if (isbn === undefined) return;
    const key = isbnKey(isbn);
    const left = [this.#books.get(key) ?? []].flat().filter((one) => one !== id);
    if (left.length === 0) this.#books.delete(key);
    else this.#books.set(key, left.length === 1 ? left[0]! : left);
  }
}
