import { createHash } from 'node:crypto';
import { type Clock, sleep } from '../clock.ts';
import type { NewBook } from '../domain.ts';
import type { Limits } from '../limits.ts';
import { formatMoney } from '../money.ts';

/** Milliseconds between two tries of what the store could not do yet. */
const RETRY_MS = 100;

/**
 * Fills an empty store through the gateway, as any administrator would. The key of each request is made of its
 * content, so that a first start that was cut short is simply done again.
 */
export async function seedBooks(options: {
  books: readonly NewBook[];
  url: string;
  adminToken: string;
  clock: Clock;
  limits: Limits;
}): Promise<void> {
  const { books, url, adminToken, clock, limits } = options;
  const giveUpAt = clock.monotonic() + limits.startMs;
  for (const body of batches(books, limits)) {
    const key = `seed-${createHash('sha256').update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${adminToken}`,
      'idempotency-key': key,
    };
    for (;;) {
      const answer = await post(`${url}/books`, headers, body, limits.readDeadlineMs);
      if (answer === 'done') break;
      if (answer.final || clock.monotonic() > giveUpAt) throw new Error(`books not added: ${answer.problem}`);
      await sleep(clock, RETRY_MS);
    }
  }
}

/** JSON arrays that respect both bounds of one request, its books and its bytes. */
export function* batches(
  books: readonly NewBook[],
  { maxBooksPerRequest, maxBodyBytes }: Pick<Limits, 'maxBooksPerRequest' | 'maxBodyBytes'>,
): Generator<string> {
  let batch: string[] = [];
  let bytes = 2;
  for (const book of books) {
    const text = JSON.stringify({ ...book, price: formatMoney(book.price) });
    const size = Buffer.byteLength(text) + 1;
    if (batch.length > 0 && (batch.length === maxBooksPerRequest || bytes + size > maxBodyBytes)) {
      yield `[${batch.join()}]`;
      batch = [];
      bytes = 2;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield `[${batch.join()}]`;
}

type Answer = 'done' | { readonly problem: string; readonly final: boolean };

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(timeoutMs * 2),
    });
    const text = await response.text();
    if (response.ok) return 'done';
    return { problem: `${response.status} ${text}`, final: response.status < 500 && response.status !== 429 };
  } catch (error) {
    return { problem: (error as Error).message, final: false };
  }
}
