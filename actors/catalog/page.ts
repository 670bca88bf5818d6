import type { Book, BookId, Key, Order } from '../../runtime/domain.ts';

/**
 * A page of something in the order of its keys, bounded by number and by bytes. The first element always fits, so
 * that whoever follows `next` gets on.
 */
export interface PageBounds {
  readonly limit: number;
  /** Bytes of the elements as JSON, the commas between them included. */
  readonly maxBytes: number;
}

export interface Page<T> {
  readonly elements: T[];
  /** Bytes of the elements, never less than they have as JSON outside. */
  readonly bytes: number;
  /** There are more elements. */
  readonly more: boolean;
}

/** A page of books, and the id to go on after. */
export interface BooksSlice {
  readonly books: Book[];
  readonly next: BookId | null;
  readonly bytes: number;
}

/** A page of orders, and the order id to go on after. */
export interface OrdersSlice {
  readonly orders: Order[];
  readonly next: Key | null;
  readonly bytes: number;
}

/** What the elements stand in: the names of the page's fields, `next`, and what JSON-RPC puts around it. */
export const PAGE_FRAME_BYTES = 512;

/** Fills a page from `elements`, which are in order. `bytesOf` is asked once for each that is looked at. */
export function fillPage<T>(
  elements: Iterable<T>,
  { limit, maxBytes }: PageBounds,
  bytesOf: (element: T) => number = (element) => Buffer.byteLength(JSON.stringify(element)),
): Page<T> {
  const taken: T[] = [];
  let bytes = 0;
  for (const element of elements) {
    if (taken.length >= limit) return { elements: taken, bytes, more: true };
    const own = bytesOf(element) + 1;
    if (taken.length > 0 && bytes + own > maxBytes) return { elements: taken, bytes, more: true };
    taken.push(element);
    bytes += own;
  }
  return { elements: taken, bytes, more: false };
}

/** The key to go on after; null on the last page. */
export function nextOf<T, Key>({ elements, more }: Page<T>, keyOf: (element: T) => Key): Key | null {
  const last = elements.at(-1);
  return more && last !== undefined ? keyOf(last) : null;
}
