import type { Line, OrderLine, ReadLine, WriteLine } from './history.ts';

/** Short words for writing histories by hand. A span is `[start, end]`. */
export type Span = readonly [start: number, end: number];

function who(op: string, [start, end]: Span) {
  return { op, client: `client of ${op}`, via: 'gateway-1', start, end };
}

export function book(id: number, stock: number): Line {
  return { kind: 'book', book: id, stock, price: 1000, version: 0 };
}

/** A confirmed purchase of one copy of book 1, unless told otherwise; the order id is the operation's name. */
export function bought(op: string, span: Span, more: Partial<WriteLine> = {}): WriteLine {
  const lines = [{ book: 1, quantity: 1 }];
  return { kind: 'purchase', ...who(op, span), key: op, outcome: 'ok', lines, ...more } as WriteLine;
}

export function soldOut(op: string, span: Span, more: Partial<WriteLine> = {}): WriteLine {
  return bought(op, span, { outcome: 'refused', code: 'sold-out', ...more });
}

/** A purchase whose client never heard what became of it. */
export function unsure(op: string, start: number, more: Partial<WriteLine> = {}): WriteLine {
  return { ...bought(op, [start, start], more), end: null, outcome: 'unknown' };
}

export function restocked(op: string, span: Span, amount: number, more: Partial<WriteLine> = {}): WriteLine {
  const change = { kind: 'restock', book: 1, amount, outcome: 'ok' } as const;
  return { ...who(op, span), key: op, ...change, ...more } as WriteLine;
}

export function repriced(op: string, span: Span, price: number, more: Partial<WriteLine> = {}): WriteLine {
  const change = { kind: 'price', book: 1, price, outcome: 'ok' } as const;
  return { ...who(op, span), key: op, ...change, ...more } as WriteLine;
}

/** A strong read of book 1, unless told otherwise. */
export function read(op: string, span: Span, stock: number, more: Partial<ReadLine> = {}): ReadLine {
  const shown = { book: 1, stock, price: 1000, version: 0, ...more };
  return { kind: 'read', ...who(op, span), consistency: 'strong', outcome: 'ok', ...shown };
}

export function cached(op: string, span: Span, stock: number, version: number, via = 'gateway-1'): ReadLine {
  return read(op, span, stock, { version, via, consistency: 'default' });
}

export function order(key: string, version: number, more: Partial<OrderLine> = {}): Line {
  return { kind: 'order', key, status: 'confirmed', version, ...more };
}

export function table(...orders: readonly Line[]): Line[] {
  return [...orders, { kind: 'table', orders: orders.length }];
}
