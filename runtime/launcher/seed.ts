import { connect } from '../../client/client.ts';
import type { BookList } from '../../client/files/books-file.ts';
import { compareBooks, newComparison } from '../../client/files/compare-books.ts';
import { importBooks } from '../../client/files/import-books.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { webSocketDial } from '../../client/socket.ts';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits.ts';
import type { Random } from '../random.ts';
import { ownDoorOptions } from './own-door.ts';

/**
 * Fills an empty store through the gateway, as any administrator would. A first start that was cut short is simply
 * done again: what is there already is skipped. Rejects with a `BazarError` after `startMs`.
 */
export async function seedBooks(options: {
  books: BookList;
  url: string;
  /** The gateway's certificate, if it has one. */
  cert: string | undefined;
  adminToken: string;
  /** Of the store's amounts. */
  decimals: number | undefined;
  clock: Clock;
  random: Random;
  limits: Limits;
}): Promise<void> {
  const { books, url, cert, adminToken, decimals, clock, random, limits } = options;
  const clientLimits = { ...DEFAULT_CLIENT_LIMITS, callTimeoutMs: limits.startMs };
  const dial = webSocketDial(clock, clientLimits, ownDoorOptions(cert));
  const store = connect({ url, token: adminToken, clock, random, limits: clientLimits, dial });
  const { maxBooksPerRequest: maxBatchBooks, maxBodyBytes } = limits;
  const bounds = { ...clientLimits, maxBatchBooks, maxBatchBytes: maxBodyBytes / 2 };
  const comparison = newComparison(books.index, decimals);
  try {
    await compareBooks(store, comparison);
    for await (const _ of importBooks(store, books, comparison, random, bounds));
  } finally {
    store.close();
  }
}
