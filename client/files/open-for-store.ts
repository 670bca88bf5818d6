import { NO_CURRENCY } from '../../runtime/money.ts';
import type { BooksFile } from './books-file.ts';
import { openBooksFile } from './open-books-file.ts';

/** What no currency has more of. */
const MOST_DECIMALS = 3;

type Options = Parameters<typeof openBooksFile>[1];

/**
 * Reads a file of books through, its amounts by the decimals of the store, which `askDecimals` asks for. A file that is bad
 * with any is told without the store.
 */
export async function openForStore(
  path: string,
  options: Options,
  askDecimals: () => Promise<number>,
): Promise<{ readonly file: BooksFile; readonly decimals: number }> {
  const open = (decimals: number) => openBooksFile(path, { ...options, decimals });
  const usual = NO_CURRENCY.decimals;
  const attempt = await open(usual).catch((error: unknown) => ({ error }));
  if ('error' in attempt) {
    await open(MOST_DECIMALS).catch(() => {
      throw attempt.error;
    });
  }
  const decimals = await askDecimals();
  if (decimals !== usual) return { file: await open(decimals), decimals };
  if ('error' in attempt) throw attempt.error;
  return { file: attempt, decimals };
}
