import { MAX_NEW_BOOK_ID, NewBook } from '../../runtime/domain.ts';
import { amountRule, parseMoney } from '../../runtime/money.ts';
import type { Field } from './column-names.ts';
import { readIsbn } from './isbn.ts';

/** Why a row is no book. */
export class BadRow extends Error {
  override readonly name = 'BadRow';
}

/** The texts of a field's cells, trimmed, those with nothing in them left out; first the one that counts first. */
export type CellsOf = (field: Field) => readonly string[];

export interface ReadBook {
  readonly book: NewBook;
  /** What stood where an ISBN should, and why it is not taken. The book is none the worse. */
  readonly isbnLeftOut?: string;
}

/** How a file writes numbers. */
interface Numbers {
  /** It may write `12,99`. */
  readonly decimalComma: boolean;
  /** Of the store's amounts; two if left out. */
  readonly decimals: number;
}

/** The book of a row. Throws a `BadRow`. */
export function bookOfCells(cellsOf: CellsOf, numbers: Numbers): ReadBook {
  const { decimalComma } = numbers;
  const cell = (field: Field) => cellsOf(field)[0];
  const { isbn, isbnLeftOut } = isbnOf(cellsOf('isbn'));
  const cells = {
    id: whole('id', cell('id'), decimalComma),
    title: cell('title'),
    topic: cell('topic'),
    price: cents(cell('price'), numbers),
    stock: whole('stock', cell('stock'), decimalComma),
    authors: cell('authors'),
    year: year(cell('year'), decimalComma),
    isbn,
    perCustomer: whole('limit', cell('perCustomer'), decimalComma),
  };
  const present = Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== undefined));
  const { data, error } = NewBook.safeParse(present);
  if (error) {
    const [issue] = error.issues;
    const name = String(issue?.path[0]);
    const called = name === 'perCustomer' ? 'limit' : name;
    throw new BadRow(
      name in present ? `the ${called} does not fit: ${issue?.message}` : `there is no ${name}`,
    );
  }
  if ((data.id ?? 0) > MAX_NEW_BOOK_ID) {
    throw new BadRow(`the id ${data.id} is greater than ${MAX_NEW_BOOK_ID}`);
  }
  return { book: data, ...(isbnLeftOut !== undefined && { isbnLeftOut }) };
}

/** `5` and `5.0`, and `5,0` where a comma may stand for the point. */
function whole(name: string, text: string | undefined, decimalComma: boolean): number | undefined {
  if (text === undefined) return undefined;
  const [, digits] =
    (decimalComma ? /^(-?\d{1,16})(?:[.,]0{1,2})?$/ : /^(-?\d{1,16})(?:\.0*)?$/).exec(text) ?? [];
  if (digits === undefined) throw new BadRow(`the ${name} "${shorten(text)}" is not a whole number`);
  return Number(digits);
}

function year(text: string | undefined, decimalComma: boolean): number | undefined {
  // Calibre writes a date that it does not know as the first day of the year 101.
  if (text?.startsWith('0101-01-01')) return undefined;
  return whole('year', /^\d{4}(?=-\d\d)/.exec(text ?? '')?.[0] ?? text, decimalComma);
}

function cents(text: string | undefined, { decimalComma, decimals }: Numbers): number | undefined {
  if (text === undefined) return undefined;
  // A point or a comma before three digits is a decimal sign here and a sign between thousands there.
  if (decimalComma && (decimals === 3 ? /^\d{1,3}\.\d{3}$/ : /^\d{1,3}[.,]\d{3}$/).test(text)) {
    const [whole = '', rest = ''] = text.split(/[.,]/);
    const zeros = '0'.repeat(decimals);
    const both =
      decimals === 0 ? whole + rest : `${whole}${rest},${zeros} or ${whole},${rest.slice(0, decimals)}`;
    throw new BadRow(`the price "${text}" is ambiguous: write ${both}`);
  }
  const found = parseMoney(decimalComma ? pointed(text) : text, decimals);
  if (found !== undefined) return found;
  const rule = amountRule(decimals);
  const plainRule = rule.replaceAll('"', '');
  const inFile = decimalComma ? plainRule.replace('.', ',') : plainRule;
  throw new BadRow(`the price "${shorten(text)}" is not ${inFile}`);
}

/** `1.299,00` and `12,99` with a point alone. */
function pointed(text: string): string {
  if (/^\d{1,3}(\.\d{3})+,\d{1,3}$/.test(text)) return text.replaceAll('.', '').replace(',', '.');
  return text.replace(/^(\d+),(\d{1,3})$/, '$1.$2');
}

/** The first ISBN among the cells; else what is wrong with the first of them. */
function isbnOf(cells: readonly string[]): { readonly isbn?: string; readonly isbnLeftOut?: string } {
  let fault: (() => { readonly isbnLeftOut: string }) | undefined;
  for (const text of cells) {
    const reading = readIsbn(text);
    if (!reading) continue;
    if ('isbn' in reading) return { isbn: reading.isbn };
    fault ??= () => {
      if ('none' in reading) return { isbnLeftOut: `"${shorten(text)}": ${reading.none}` };
      const advice = 'take it from where it came, with the column as text, or leave the cell empty';
      throw new BadRow(`the isbn "${shorten(text)}" is destroyed: ${reading.destroyed}; ${advice}`);
    };
  }
  return fault?.() ?? {};
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
