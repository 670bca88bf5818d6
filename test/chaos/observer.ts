import type { z } from 'zod';
import { AuditAnswer, BooksAnswer, OrdersAnswer, StatusAnswer } from '../../runtime/api.ts';

/** Reads the store without a proxy in between, and changes nothing. */
export interface Observer {
  status(): Promise<StatusAnswer>;
  audit(): Promise<AuditAnswer>;
  /** All books, read strongly; there are not more than fit on a page. */
  books(): Promise<BooksAnswer>;
  /** A page of the order table, read strongly. */
  orders(after: string | undefined): Promise<OrdersAnswer>;
}

/** Milliseconds for an answer; longer than any bound inside the store. */
const PATIENCE_MS = 5_000;
const PAGE = 1_000;

export function createObserver(url: string, token: string): Observer {
  async function get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    const content: unknown = await response.json();
    if (!response.ok) throw new Error(`GET ${path}: ${JSON.stringify(content)}`);
    return answer.parse(content);
  }
  return {
    status: () => get('/status', StatusAnswer),
    audit: () => get(`/audit?limit=${PAGE}`, AuditAnswer),
    books: () => get(`/info?limit=${PAGE}&consistency=strong`, BooksAnswer),
    orders: (after = '') => get(`/orders?limit=${PAGE}&consistency=strong&after=${after}`, OrdersAnswer),
  };
}
