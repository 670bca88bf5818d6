import { benchBook, FIRST_BOOK } from '../subjects/books.ts';

/** The answer of the floors, with the headers and the length of the store's own to a cached read of a book. */
export const TEXT = JSON.stringify({ ...benchBook(FIRST_BOOK), version: 1_000 });

export const HEADERS = {
  'x-served-by': 'gateway-1',
  'x-cache': 'hit',
  etag: '"1000"',
  age: '0',
  'cache-control': 'no-cache',
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(Buffer.byteLength(TEXT)),
};
