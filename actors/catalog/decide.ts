import { hash } from 'node:crypto';
import { leastLevel } from '../../runtime/command-levels.ts';
import {
  type AddBooks,
  type Book,
  type BookId,
  type Command,
  MAX_NEW_BOOK_ID,
  MAX_STOCK,
  type NewBook,
  type Order,
  type Purchase,
  type Result,
  type UpdateBook,
} from '../../runtime/domain.ts';
import { type Cart, cartFingerprint, normaliseCart } from './cart.ts';
import { type Decision, refused, refusedForNow, type Stamp, type View } from './decision.ts';
import { makeOffer } from './offer.ts';
import { recall } from './recall.ts';

/**
 * What a command comes to. Every catalog decides every command here, in log order, from nothing but the state and
 * the entry; so equal logs give equal states, and no lock is needed to never sell a copy twice.
 */

/**
 * Decides one command, exactly once for its key: a key that is recorded gets its first answer again, or
 * `key-reused` (which is not recorded) when it came with another request. It never throws, whatever the state is: a
 * command that it could not decide would end every catalog.
 */
export function decide(view: View, command: Command, stamp: Stamp): Decision {
  if (leastLevel(command) > view.level) return refusedForNow(refused('not-yet', stamp.index));
  if (command.kind === 'purchase') {
    const cart = normaliseCart(command.lines);
    const fingerprint = cartFingerprint(cart);
    return recall(view, command, fingerprint, stamp) ?? sell(view, command, cart, fingerprint, stamp);
  }
  const fingerprint = adminFingerprint(command);
  const recalled = recall(view, command, fingerprint, stamp);
  if (recalled) return recalled;
  const { result, books } =
    command.kind === 'addBooks' ? add(view, command, stamp.index) : update(view, command, stamp.index);
  if (command.once && result.kind === 'refused') {
    return { result: { ...result, unrecorded: true }, books, record: null };
  }
  return { result, books, record: { fingerprint, requestId: command.requestId, result } };
}

/**
 * All lines or none. A refusal is recorded like a sale, unless its key is nobody's (`once`), and names the first book of the cart with the worst
 * fault.
 */
function sell(view: View, command: Purchase, cart: Cart, fingerprint: string, stamp: Stamp): Decision {
  const { index: version, at } = stamp;
  const { shelf, lines, total, fault } = makeOffer(view, cart);
  const order: Order = fault
    ? { orderId: command.key, status: 'refused', lines, total: 0, version, at, ...fault }
    : { orderId: command.key, status: 'confirmed', lines, total, version, at };
  const available = fault?.code === 'sold-out' ? view.book(fault.bookId!)?.stock : undefined;
  const left = available === undefined ? {} : { available };
  const result: Result = { kind: 'order', order, version, replayed: false, ...left };
  if (fault && command.once) return { result: { ...result, unrecorded: true }, books: [], record: null };
  const books = fault ? [] : cart.map((line, place) => sold(shelf[place]!, line.quantity, version));
  return { result, books, record: { fingerprint, requestId: command.requestId, result } };
}

function sold(book: Book, quantity: number, version: number): Book {
  const after = { ...book };
  after.stock -= quantity;
  after.sold += quantity;
  after.version = version;
  return after;
}

interface Change {
  readonly result: Result;
  readonly books: readonly Book[];
}

/**
 * Books with ids come first, so that no numbered book loses its id to one without; those get the ids after the
 * greatest, and where there are none left, those between. Where two books of the batch have one id the first is
 * added, and the id is both added and skipped.
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
  for (const wanted of command.books) {
    const id = wanted.id ?? nextId();
    if (wanted.id === undefined && id > MAX_NEW_BOOK_ID)
      return { result: refused('stock-limit', version), books: [] };
    if (books.has(id) || view.book(id)) skipped.push(id);
    else books.set(id, shelved(wanted, id, version));
  }
  const result: Result = { kind: 'added', added: [...books.keys()], skipped, version, replayed: false };
  return { result, books: [...books.values()] };
}

/**
 * The field order is that of the stored text, which has to be the same on every replica. What is not known is left
 * out: a book that was stored and read again has no undefined fields either.
 */
function shelved(wanted: NewBook, id: BookId, version: number): Book {
  const { title, topic, price, stock, authors, year, isbn } = wanted;
  return {
    id,
    title,
    topic,
    price,
    stock,
    ...(authors !== undefined && { authors }),
    ...(year !== undefined && { year }),
    ...(isbn !== undefined && { isbn }),
    version,
    added: version,
    initial: stock,
    restocked: 0,
    sold: 0,
  };
}

/** A stock that is set is booked as the signed restock that leads there. */
function update(view: View, command: UpdateBook, version: number): Change {
  const book = view.book(command.id);
  if (!book) return { result: refused('unknown-book', version), books: [] };
  if (command.expectVersion !== undefined && command.expectVersion !== book.version) {
    return { result: { ...refused('version-changed', version), bookVersion: book.version }, books: [] };
  }
  const more = command.stock === undefined ? (command.restock ?? 0) : command.stock - book.stock;
  const stock = book.stock + more;
  const restocked = book.restocked + more;
  if (stock > MAX_STOCK || !Number.isSafeInteger(restocked)) {
    return { result: refused('stock-limit', version), books: [] };
  }
  const updated: Book = { ...book, price: command.price ?? book.price, stock, restocked, version };
  return { result: { kind: 'updated', book: updated, version, replayed: false }, books: [updated] };
}

/** Nothing where nothing is expected, so that the fingerprints of before there were expectations stay what they were. */
const expectation = ({ expectVersion }: UpdateBook) => (expectVersion === undefined ? [] : [expectVersion]);

/** Hashed, since a batch of books is too long to be kept once more. */
function adminFingerprint(command: AddBooks | UpdateBook): string {
  const facts =
    command.kind === 'addBooks'
      ? command.books.map((book) => [
          book.id,
          book.title,
          book.topic,
          book.price,
          book.stock,
          book.authors,
          book.year,
          book.isbn,
        ])
      : [command.id, command.price, command.restock, command.stock, ...expectation(command)];
  return hash('sha256', JSON.stringify([command.kind, facts]), 'base64url');
}
