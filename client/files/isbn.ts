import { isbn13 } from '../../runtime/isbn.ts';

/** What an isbn cell holds: an ISBN in 13 digits, something else (and what), or the ruins of one. */
export type IsbnReading =
  | { readonly isbn: string }
  | { readonly none: string }
  | { readonly destroyed: string };

/** `="0306406152"`, `'9780…` and `[0306406152]` are how spreadsheets and LibraryThing guard digits. */
const WRAPPINGS = [/^=\s*"(.*)"$/s, /^'(.*)$/s, /^\[(.*)\]$/s];
const HYPHENS_AND_SPACES = /[\s\u{AD}\u{2010}-\u{2015}\u{2212}-]/gu;

/** The ISBN of a cell, with check digit and range looked at (isbn3); `undefined` where the cell holds none. */
export function readIsbn(cell: string): IsbnReading | undefined {
  let text = cell.trim();
  for (const wrapping of WRAPPINGS) text = (wrapping.exec(text)?.[1] ?? text).trim();
  if (text === '') return undefined;
  if (/^\d+([.,]\d+)?E\+?\d+$/i.test(text)) return { destroyed: 'a spreadsheet has rounded it' };

  const digits = text
    .replace(/^(ISBN|URN:ISBN)(-1[03])?:?/i, '')
    .replace(HYPHENS_AND_SPACES, '')
    .replace(/^(\d+)\.0+$/, '$1')
    .toUpperCase();
  const isbn = isbn13(digits);
  if (isbn) return { isbn };
  if (/^\d{13}$/.test(digits) && digits.endsWith('0000'))
    return { destroyed: 'a spreadsheet has rounded it' };
  const padded = digits.padStart(10, '0');
  if (/^\d{6,8}[\dX]$/.test(digits) && isbn13(padded)) {
    return { destroyed: `a spreadsheet has taken the zeros before it (${padded})` };
  }
  const hasForm = /^(\d{9}[\dX]|97[89]\d{10})$/.test(digits);
  return { none: hasForm ? 'a digit of it is wrong' : 'it is no ISBN' };
}
