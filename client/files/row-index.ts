import { hash } from 'node:crypto';
import type { BookAnswer } from '../../runtime/api.ts';
import type { BookId, NewBook } from '../../runtime/domain.ts';
import { isbn13 } from '../../runtime/isbn.ts';

/** A row, counted from 0 over all rows of the file that are books. */
export type RowNumber = number;

export interface Match {
  /** The row that is this book. */
  readonly row?: RowNumber;
  /** A row with another id and this book's ISBN: it cannot be added. */
  readonly rival?: RowNumber;
  /** The row has this book's id, and neither its title nor its ISBN. */
  readonly isOther?: boolean;
}

/**
 * What the rows of a file are known again by, and what they say of price, stock and limit; all that is kept of them. A row
 * with an id is known by that. Any other is known by its ISBN, and where it or the book has none, by title and
 * authors; of several with the same title and authors, the first is the first book in id order, and so on.
 */
export class RowIndex {
  /** Where each row is, such as `line 4`. */
  readonly places: string[] = [];
  /** In cents. */
  readonly prices: number[] = [];
  readonly stocks: number[] = [];
  /** The most copies for each customer, of rows that say it. */
  readonly limits = new Map<RowNumber, number>();
  greatestId = 0;
  readonly #rowOfId = new Map<BookId, RowNumber>();
  readonly #rowOfIsbn = new Map<string, RowNumber>();
  /** Rows with an id, and a digest of their title. */
  readonly #titleOf = new Map<RowNumber, string>();
  readonly #hasIsbn = new Set<RowNumber>();
  readonly #rowsOfTitle = new Map<string, RowNumber | RowNumber[]>();

  get count(): number {
    return this.places.length;
  }

  /** Takes a row up; a sentence where another row is the same book. */
  add(where: string, { id, isbn, title, authors, price, stock, perCustomer }: NewBook): string | undefined {
    const row = this.count;
    const sameId = id === undefined ? undefined : this.#rowOfId.get(id);
    if (sameId !== undefined) return `the id ${id} is on ${this.places[sameId]} already`;
    const sameIsbn = isbn === undefined ? undefined : this.#rowOfIsbn.get(isbn);
    if (sameIsbn !== undefined) return `the isbn ${isbn} is on ${this.places[sameIsbn]} already`;

    this.places.push(where);
    this.prices.push(price);
    this.stocks.push(stock);
    if (perCustomer !== undefined) this.limits.set(row, perCustomer);
    if (isbn !== undefined) {
      this.#rowOfIsbn.set(isbn, row);
      this.#hasIsbn.add(row);
    }
    if (id !== undefined) {
      this.#rowOfId.set(id, row);
      this.#titleOf.set(row, titleKey(title));
      this.greatestId = Math.max(this.greatestId, id);
    } else {
      const key = titleKey(title, authors);
      const rows = this.#rowsOfTitle.get(key);
      this.#rowsOfTitle.set(key, rows === undefined ? row : [rows, row].flat());
    }
    return undefined;
  }

  /** What a book of the store is here. `isFree` tells which rows are no other book yet. */
  match({ id, isbn, title, authors }: BookAnswer, isFree: (row: RowNumber) => boolean): Match {
    const number = isbn === undefined ? undefined : isbn13(isbn);
    const byIsbn = number === undefined ? undefined : this.#rowOfIsbn.get(number);
    const byId = this.#rowOfId.get(id);
    if (byId !== undefined) {
      const isOther = byIsbn !== byId && this.#titleOf.get(byId) !== titleKey(title);
      return { row: byId, isOther, ...(byIsbn !== undefined && byIsbn !== byId && { rival: byIsbn }) };
    }
    if (byIsbn !== undefined) return this.#titleOf.has(byIsbn) ? { rival: byIsbn } : { row: byIsbn };
    const rows = this.#rowsOfTitle.get(titleKey(title, authors)) ?? [];
    const row = [rows].flat().find((one) => isFree(one) && !(number !== undefined && this.#hasIsbn.has(one)));
    return row === undefined ? {} : { row };
  }
}

/** A digest, since titles are long and there may be a million; one so short is a text of its own, and keeps no longer one. */
function titleKey(title: string, authors = ''): string {
  const [plainTitle, plainAuthors] = [title, authors].map((text) =>
    text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim(),
  );
  return hash('sha1', JSON.stringify([plainTitle, plainAuthors]), 'binary').slice(0, 12);
}
