import { hash } from 'node:crypto';
import { leastLevel } from '../../runtime/command-levels.ts';
import {
  type AddBooks,
  type Book,
  BookEdit,
  type BookId,
  type Cancel,
  type ChangeBooks,
  type Command,
  MAX_NEW_BOOK_ID,
  MAX_STOCK,
  type NewBook,
  type Order,
  type Purchase,
  type Result,
  type UpdateBook,
} from '../../runtime/domain.ts';
import { isbnKey } from '../../runtime/isbn.ts';
import { cancelOrder } from './cancel-order.ts';
import { type Cart, cartFingerprint, normaliseCart } from './cart.ts';
import { changeBooks } from './change-books.ts';
import { countCopies } from './customer-limits.ts';
import { type Decision, refused, refusedForNow, type Stamp, type View } from './decision.ts';
import { type ChangedBook, eventOf } from './edit-book.ts';
import { confirmHold, holdCopies, releaseHold } from './holds.ts';
import { makeOffer, refusedOrder } from './offer.ts';
import { recall } from './recall.ts';
import { settleRefund } from './refunds.ts';

/**
 * What a command comes to. Every catalog decides every command here, in log order, from nothing but the state and
 * the entry; so equal logs give equal states, and no lock is needed to never sell a copy twice.
 */

/** The levels of the log from which on no two books get one ISBN, and every change of a book is remembered. */
const ONE_OF_EACH_ISBN = 2;
const REMEMBERED_CHANGES = 2;

/**
 * Decides one command, exactly once for its key: a key that is recorded gets its first answer again, or
 * `key-reused` (which is not recorded) when it came with another request. It never throws, whatever the state is: a
 * command that it could not decide would end every catalog.
 */
export function decide(view: View, command: Command, stamp: Stamp): Decision {
  if (leastLevel(command) > view.level) return refusedForNow(refused('not-yet', stamp.index));
  if (command.kind === 'purchase') {
    const cart = normaliseCart(command.lines);
    const fingerprint = cartFingerprint(cart, command.customer);
    return recall(view, command, fingerprint, stamp) ?? sell(view, command, cart, fingerprint, stamp);
  }
  if (command.kind === 'hold') return holdCopies(view, command, stamp);
  if (command.kind === 'confirm') return confirmHold(view, command, stamp);
  if (command.kind === 'release') return releaseHold(view, command, stamp);
  if (command.kind === 'settleRefund') return settleRefund(view, command, stamp);
  const fingerprint = adminFingerprint(command);
  const recalled = recall(view, command, fingerprint, stamp);
  if (recalled) return recalled;
  const { result, ...effects } = change(view, command, stamp);
  if (result.kind === 'refused' && (command.once || result.unrecorded)) return refusedForNow(result);
  return { result, ...effects, record: { fingerprint, requestId: command.requestId, result } };
}

type Change = Omit<Decision, 'record'>;

type AdminCommand = AddBooks | UpdateBook | ChangeBooks | Cancel;

function change(view: View, command: AdminCommand, stamp: Stamp): Change {
  switch (command.kind) {
    case 'addBooks':
      return add(view, command, stamp.index);
    case 'updateBook':
      return update(view, command, stamp);
    case 'changeBooks': {
      const { result, changed } = changeBooks(view, command, stamp);
      return { result, changed, books: newestOf(changed) };
    }
    case 'cancel':
      return cancelOrder(view, command, stamp);
  }
}

/** All lines or none; what cannot be had names the first book of the cart with the worst fault. */
function sell(view: View, command: Purchase, cart: Cart, fingerprint: string, stamp: Stamp): Decision {
  const { index: version, at } = stamp;
  const { key: orderId, requestId, customer } = command;
  const { shelf, lines, total, fault } = makeOffer(view, cart, customer);
  if (fault) return refusedOrder(command, fingerprint, { lines, fault }, stamp);
  const order: Order = { orderId, status: 'confirmed', lines, total, version, at };
  if (customer !== undefined) order.customer = customer;
  const result: Result = { kind: 'order', order, version, replayed: false };
  const books = cart.map((line, place) => sold(shelf[place]!, line.quantity, version));
  const counts = countCopies(view, cart, shelf, customer);
  if (!counts) return { result, books, record: { fingerprint, requestId, result } };
  const counted = counts.map(({ bookId }) => bookId);
  return { result, books, record: { fingerprint, requestId, result, counted }, counts };
}

function sold(book: Book, quantity: number, version: number): Book {
  const after = { ...book };
  after.stock -= quantity;
  after.sold += quantity;
  after.version = version;
  return after;
}

/**
 * Books with ids come first, so that no numbered book loses its id to one without; those get the ids after the
 * greatest, and where there are none left, those between. Where two books of the batch have one id the first is
 * added, and the id is both added and skipped. No book is added whose ISBN another has.
 */
function add(view: View, command: AddBooks, version: number): Change {
  const named = new Set<BookId>();
  let lastId = view.lastId;
  for (const { id } of command.books) {
    if (id === undefined) continue;
    named.add(id);
    if (id <= MAX_NEW_BOOK_ID) lastId = Math.max(lastId, id);
  }
  let free = view.firstFreeId;
  const nextId = () => {
    if (lastId < MAX_NEW_BOOK_ID) return ++lastId;
    while (named.has(free) || view.book(free)) free++;
    return free++;
  };
  const books = new Map<BookId, Book>();
  const skipped: BookId[] = [];
  const isbns = new Map<string, BookId>();
  const duplicates: { place: number; isbn: string; id: BookId }[] = [];
  for (const [place, wanted] of command.books.entries()) {
    if (wanted.id !== undefined && (books.has(wanted.id) || view.book(wanted.id))) {
      skipped.push(wanted.id);
      continue;
    }
    const isbn =
      view.level >= ONE_OF_EACH_ISBN && wanted.isbn !== undefined ? isbnKey(wanted.isbn) : undefined;
    const other = isbn === undefined ? undefined : (isbns.get(isbn) ?? view.withIsbn(isbn));
    if (isbn !== undefined && other !== undefined) {
      duplicates.push({ place, isbn, id: other });
      continue;
    }
    const id = wanted.id ?? nextId();
    if (id > MAX_NEW_BOOK_ID && wanted.id === undefined)
      return { result: refused('stock-limit', version), books: [] };
    books.set(id, shelved(wanted, id, version));
    if (isbn !== undefined) isbns.set(isbn, id);
  }
  const result: Result = {
    kind: 'added',
    added: [...books.keys()],
    skipped,
    ...(duplicates.length > 0 && { duplicates }),
    version,
    replayed: false,
  };
  return { result, books: [...books.values()] };
}

/**
 * The field order is that of the stored text, which has to be the same on every replica. What is not known is left
 * out: a book that was stored and read again has no undefined fields either.
 */
function shelved(wanted: NewBook, id: BookId, version: number): Book {
  const { title, topic, price, stock, authors, year, isbn, perCustomer } = wanted;
  return {
    id,
    title,
    topic,
    price,
    stock,
    ...(authors !== undefined && { authors }),
    ...(year !== undefined && { year }),
    ...(isbn !== undefined && { isbn }),
    ...(perCustomer !== undefined && { perCustomer }),
    version,
    added: version,
    initial: stock,
    restocked: 0,
    sold: 0,
  };
}

/** A stock that is set is booked as the signed restock that leads there. */
function update(view: View, command: UpdateBook, { index: version, at }: Stamp): Change {
  const book = view.book(command.id);
  if (!book) return { result: refused('unknown-book', version), books: [] };
  if (command.expectVersion !== undefined && command.expectVersion !== book.version) {
    return { result: { ...refused('version-changed', version), bookVersion: book.version }, books: [] };
  }
  const more = command.stock === undefined ? (command.restock ?? 0) : command.stock - book.stock;
  const stock = book.stock + more;
  const restocked = book.restocked + more;
  // Copies that are held may come back.
  if (stock + (book.held ?? 0) > MAX_STOCK || !Number.isSafeInteger(restocked)) {
    return { result: refused('stock-limit', version), books: [] };
  }
  const updated: Book = { ...book, price: command.price ?? book.price, stock, restocked, version };
  const result = (after: Book): Result => ({ kind: 'updated', book: after, version, replayed: false });
  const after = { ...updated, changes: (book.changes ?? 0) + 1 };
  const event = eventOf(book, after, { at, key: command.key });
  if (view.level < REMEMBERED_CHANGES || event.changes.length === 0) {
    return { result: result(updated), books: [updated] };
  }
  return { result: result(after), books: [after], changed: [{ before: book, after, event }] };
}

/** The last state of each book. */
function newestOf(changed: readonly ChangedBook[]): readonly Book[] {
  return [...new Map(changed.map(({ after }) => [after.id, after])).values()];
}

/** Nothing where nothing is expected, so that the fingerprints of before there were expectations stay what they were. */
const expectation = ({ expectVersion }: UpdateBook) => (expectVersion === undefined ? [] : [expectVersion]);

/** Hashed, since a batch of books is too long to be kept once more. */
function adminFingerprint(command: AdminCommand): string {
  return hash('sha256', JSON.stringify([command.kind, factsOf(command)]), 'base64url');
}

function factsOf(command: AdminCommand): readonly unknown[] {
  switch (command.kind) {
    case 'addBooks':
      return command.books.map((book) => [
        book.id,
        book.title,
        book.topic,
        book.price,
        book.stock,
        book.authors,
        book.year,
        book.isbn,
        ...(book.perCustomer === undefined ? [] : [book.perCustomer]),
      ]);
    case 'updateBook':
      return [command.id, command.price, command.restock, command.stock, ...expectation(command)];
    case 'changeBooks':
      return command.changes.map((edit) => {
        const said = EDIT_FIELDS.filter((field) => edit[field] !== undefined);
        return said.map((field) => [field, edit[field]]);
      });
    case 'cancel': {
      const { orderId, lines, restock, refund } = command;
      return [orderId, lines && cartFingerprint(normaliseCart(lines), undefined), restock, refund];
    }
  }
}

/** In an order that stays, however a command was written. */
const EDIT_FIELDS = Object.keys(BookEdit.shape).sort() as (keyof BookEdit)[];
