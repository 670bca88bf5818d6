import { formatMoney } from '../../runtime/money.ts';
import type { Difference } from '../files/compare-books.ts';
import type { Terminal } from './command.ts';
import { table } from './table.ts';

/** Rows that are drawn; a terminal holds no more, and `--json` has all. */
const MOST_DRAWN = 100;

/** A difference as JSON has it. */
export function differenceRow({ where, id, title, price, stock, limit }: Difference, decimals: number) {
  const [from, to] = [price.from, price.to].map((cents) => formatMoney(cents, decimals));
  return { where, id, title, price: { from, to }, stock, limit };
}

/** What would change, book by book: was and would be. */
export function differenceTable(
  terminal: Terminal,
  differences: readonly Difference[],
  decimals: number,
): string {
  const isLimited = differences.some(({ limit }) => limit);
  const rows = differences
    .slice(0, MOST_DRAWN)
    .map(({ where, id, title, price, stock, limit }) => [
      where,
      id,
      title.length > 40 ? `${title.slice(0, 39)}…` : title,
      change(formatMoney(price.from, decimals), formatMoney(price.to, decimals)),
      change(String(stock.from), String(stock.to)),
      ...(isLimited ? [limit && change(String(limit.from ?? 'none'), String(limit.to))] : []),
    ]);
  const columns = ['where', { number: 'id' }, 'title', { number: 'price' }, { number: 'stock' }].concat(
    isLimited ? [{ number: 'limit' }] : [],
  );
  const more = differences.length > MOST_DRAWN ? [`… and ${differences.length - MOST_DRAWN} more`] : [];
  return [table(terminal, columns, rows), ...more].join('\n');
}

const change = (from: string, to: string) => (from === to ? from : `${from} → ${to}`);
