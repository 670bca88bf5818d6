import type { ClientLimits } from '../limits.ts';
import { type BooksFile, checkBooksFile, type FileOptions } from './books-file.ts';
import { fileSource } from './file-source.ts';

/**
 * Reads a file of books through: JSON by its name (`.json`, `.jsonl`, `.ndjson`), else CSV. Throws a `BazarError` for
 * what is wrong in it (`details.rows` has the bad rows), and whatever the file system says.
 */
export async function openBooksFile(
  path: string,
  options: Omit<FileOptions, 'format'> & { readonly limits: ClientLimits },
): Promise<BooksFile> {
  const format = /\.(json|jsonl|ndjson)$/i.test(path) ? 'json' : 'csv';
  return checkBooksFile(await fileSource(path, options.limits.maxFileBytes), { ...options, format });
}
