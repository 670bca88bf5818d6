import { parse } from 'isbn3';

const THIRTEEN = /^97[89]\d{10}$/;

/**
 * An ISBN in thirteen digits, whether it was given in ten or thirteen, with hyphens or without; `undefined` if it is none:
 * check digit and range are looked at (isbn3).
 */
export function isbn13(text: string): string | undefined {
  return parse(text)?.isbn13;
}

/** Its usual form where it is an ISBN, or else the text as it is: books of earlier versions may have any. */
export function isbnKey(text: string): string {
  return THIRTEEN.test(text) ? text : (isbn13(text) ?? text);
}
