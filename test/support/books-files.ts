import { type BooksFile, checkBooksFile, type FileOptions } from '../../client/files/books-file.ts';
import { memorySource } from '../../client/files/file-source.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import type { NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';

type Options = Partial<FileOptions>;

/** The books of a file in memory. */
export function checked(file: string | Uint8Array, options: Options = {}): Promise<BooksFile> {
  return checkBooksFile(memorySource(Buffer.from(file)), {
    format: 'csv',
    ...options,
    limits: { ...DEFAULT_CLIENT_LIMITS, ...options.limits },
  });
}

export async function readBooks(file: string | Uint8Array, options: Options = {}): Promise<NewBook[]> {
  const books: NewBook[] = [];
  for await (const book of (await checked(file, options)).books()) books.push(book);
  return books;
}

/** The error with which a file is refused; `undefined` where it is not. */
export async function refusalOf(
  file: string | Uint8Array,
  options: Options = {},
): Promise<BazarError | undefined> {
  try {
    await readBooks(file, options);
    return undefined;
  } catch (error) {
    if (error instanceof BazarError) return error;
    throw error;
  }
}

export async function complaintOf(file: string | Uint8Array, options: Options = {}): Promise<string> {
  return (await refusalOf(file, options))?.message ?? 'no complaint';
}

/** An ISBN; of 10,000 numbers each has another. */
export function isbnNumber(number: number): string {
  const digits = `97803064${String(number).padStart(4, '0')}`;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
