import type { Book, BookId, ChangeBooks, Result } from '../../runtime/domain.ts';
import { type ChangedBook, editBook, eventOf } from './edit-book.ts';

/** What a change of books may look at. */
export interface BooksView {
  book(id: BookId): Book | undefined;
  /** A book with that ISBN, other than `but`. */
  withIsbn(isbn: string, but?: BookId): BookId | undefined;
}

type Refused = Extract<Result, { kind: 'refused' }>;

/** All changes or none, one after the other: each sees what those before it made. What changes nothing leaves no trace. */
export function changeBooks(
  view: BooksView,
  { changes, key }: ChangeBooks,
  { index: version, at }: { readonly index: number; readonly at: number },
): { readonly result: Result; readonly changed: readonly ChangedBook[] } {
  const after = new Map<BookId, Book>();
  const changed: ChangedBook[] = [];
  const present = (id: BookId) => after.get(id) ?? view.book(id);
  const otherWith = (isbn: string, but: BookId) => {
    const fresh = [...after.values()].find((book) => book.isbn === isbn && book.id !== but);
    if (fresh) return fresh.id;
    const known = view.withIsbn(isbn, but);
    // One that has just been given another ISBN has this one no more.
    return known !== undefined && after.has(known) ? undefined : known;
  };
  for (const edit of changes) {
    const before = present(edit.id);
    const made = editBook(before, edit, version, otherWith);
    if ('code' in made) {
      const refused: Refused = { kind: 'refused', ...made, version, replayed: false };
      return { result: refused, changed: [] };
    }
    if (made === before) continue;
    after.set(made.id, made);
    const event = eventOf(before!, made, { at, key, reason: edit.adjust?.reason });
    changed.push({ before: before!, after: made, event });
  }
  return {
    result: resultOf(
      changes.map(({ id }) => present(id)!),
      changed,
      version,
    ),
    changed,
  };
}

function resultOf(books: readonly Book[], changed: readonly ChangedBook[], version: number): Result {
  const topics = [...new Set(changed.flatMap(({ before, after }) => [before.topic, after.topic]))];
  const [book] = books;
  if (books.length === 1) return { kind: 'updated', book: book!, topics, version, replayed: false };
  const ids = [...new Set(changed.map(({ after }) => after.id))];
  return { kind: 'changed', ids, topics, version, replayed: false };
}
