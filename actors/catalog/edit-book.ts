import {
  type Book,
  type BookEdit,
  type BookEvent,
  type BookId,
  CHANGED_FACTS,
  type Key,
  MAX_STOCK,
  type Result,
} from '../../runtime/domain.ts';
import { isbnKey } from '../../runtime/isbn.ts';

/** What a change makes of a book, and what is remembered of that. */

/** A book before and after a change, and the record of it. */
export interface ChangedBook {
  readonly before: Book;
  readonly after: Book;
  readonly event: BookEvent;
}

type Refused = Extract<Result, { kind: 'refused' }>;

/** Why a change is refused. */
export type EditFault = Pick<Refused, 'code' | 'bookId' | 'bookVersion' | 'available' | 'otherId'>;

/** The book after the change, which may be the very same one. `otherWith` finds another book with an ISBN. */
export function editBook(
  book: Book | undefined,
  edit: BookEdit,
  version: number,
  otherWith: (isbn: string, but: BookId) => BookId | undefined,
): Book | EditFault {
  const bookId = edit.id;
  if (!book) return { code: 'unknown-book', bookId };
  if (edit.expectVersion !== undefined && edit.expectVersion !== book.version) {
    return { code: 'version-changed', bookId, bookVersion: book.version };
  }
  const more = copiesMore(book, edit);
  const stock = book.stock + more;
  const restocked = book.restocked + more;
  if (stock < 0) return { code: 'too-few-copies', bookId, available: book.stock };
  // Copies that are held may come back.
  if (stock + (book.held ?? 0) > MAX_STOCK || !Number.isSafeInteger(restocked))
    return { code: 'stock-limit', bookId };
  const isbn = replaced(edit.isbn, book.isbn);
  if (isbn !== undefined && isbnKey(isbn) !== (book.isbn && isbnKey(book.isbn))) {
    const otherId = otherWith(isbn, book.id);
    if (otherId !== undefined) return { code: 'isbn-taken', bookId, otherId };
  }
  const facts = {
    title: edit.title ?? book.title,
    topic: edit.topic ?? book.topic,
    authors: replaced(edit.authors, book.authors),
    year: replaced(edit.year, book.year),
    isbn,
    price: edit.price ?? book.price,
    stock,
    restocked,
    retired: edit.retired ?? book.retired ?? false,
    perCustomer: replaced(edit.perCustomer, book.perCustomer),
  };
  const changed = withFacts(book, facts, version);
  return changesOf(book, changed).length === 0 ? book : changed;
}

/** The field order is that of the stored text, which has to be the same on every replica; what is not there is left out. */
function withFacts(
  { id, added, initial, sold, changes = 0, returned, held }: Book,
  facts: Pick<Book, 'title' | 'topic' | 'price' | 'stock' | 'authors' | 'year' | 'isbn' | 'restocked'> &
    Pick<Book, 'perCustomer'> & { readonly retired: boolean },
  version: number,
): Book {
  const { title, topic, price, stock, authors, year, isbn, restocked, retired, perCustomer } = facts;
  return {
    ...{ id, title, topic, price, stock },
    ...(authors !== undefined && { authors }),
    ...(year !== undefined && { year }),
    ...(isbn !== undefined && { isbn }),
    ...(perCustomer !== undefined && { perCustomer }),
    ...{ version, added, initial, restocked, sold },
    changes: changes + 1,
    ...(retired && { retired: true as const }),
    ...(returned !== undefined && { returned }),
    ...(held !== undefined && { held }),
  };
}

/** A signed number of copies; a stock that is set is booked as the difference. */
function copiesMore({ stock }: Book, edit: BookEdit): number {
  if (edit.stock !== undefined) return edit.stock - stock;
  return edit.adjust?.by ?? edit.restock ?? 0;
}

function replaced<T>(wanted: T | null | undefined, present: T | undefined): T | undefined {
  if (wanted === undefined) return present;
  return wanted === null ? undefined : wanted;
}

export function eventOf(
  before: Book,
  after: Book,
  { at, key, reason }: { readonly at: number; readonly key: Key; readonly reason?: string | undefined },
): BookEvent {
  return {
    number: after.changes ?? 1,
    version: after.version,
    at,
    key,
    ...(reason !== undefined && { reason }),
    changes: changesOf(before, after),
  };
}

function changesOf(before: Book, after: Book): BookEvent['changes'] {
  return CHANGED_FACTS.filter((fact) => before[fact] !== after[fact]).map((fact) => ({
    fact,
    from: factOf(before, fact),
    to: factOf(after, fact),
  }));
}

function factOf(book: Book, fact: (typeof CHANGED_FACTS)[number]): string | number | boolean | null {
  return book[fact] ?? (fact === 'retired' ? false : null);
}

/** What is told of a book beside price and stock; where it differs, lists and caches of it are out of date. */
export function hasOtherWords(before: Book, after: Book): boolean {
  return CHANGED_FACTS.some((fact) => fact !== 'price' && fact !== 'stock' && before[fact] !== after[fact]);
}
