import { connect } from '../../client/client.ts';
import { importBooks } from '../../client/import-books.ts';
import type { Clock } from '../clock.ts';
import type { NewBook } from '../domain.ts';
import type { Limits } from '../limits.ts';
import type { Random } from '../random.ts';

/**
 * Fills an empty store through the gateway, as any administrator would. A first start that was cut short is simply
 * done again: what is there already is skipped. Rejects with a `BazarError` after `startMs`.
 */
export async function seedBooks(options: {
  books: readonly NewBook[];
  url: string;
  adminToken: string;
  clock: Clock;
  random: Random;
  limits: Limits;
}): Promise<void> {
  const { books, url, adminToken, clock, random, limits } = options;
  const store = connect({ url, token: adminToken, clock, random, limits: { callTimeoutMs: limits.startMs } });
  const bounds = { maxBatchBooks: limits.maxBooksPerRequest, maxBatchBytes: limits.maxBodyBytes / 2 };
  try {
    for await (const _ of importBooks(store, books, random, bounds));
  } finally {
    store.close();
  }
}
