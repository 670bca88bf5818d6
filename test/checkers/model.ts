import type { WriteLine } from './history.ts';

/** The store as its users may think of it, small enough to be seen to be right. */

export interface BookState {
  readonly stock: number;
  readonly price: number;
  /** Out of sale. */
  readonly retired?: boolean;
  /** The most copies that one customer may have, and what each has. */
  readonly perCustomer?: number;
  readonly bought?: Readonly<Record<string, number>>;
}

/**
 * One write, however often it was asked for. It took effect at one moment between `start`, when it was first
 * asked for, and `end`, its first definite answer (infinity if it got none). `fate`: `ok` and `refused` as answered
 * or recorded; an `open` one may have been decided or not.
 */
export interface Write {
  readonly line: WriteLine;
  readonly start: number;
  readonly end: number;
  readonly fate: 'ok' | 'refused' | 'open';
  readonly code: string | undefined;
  readonly version: number | undefined;
  /** Nobody asked for it: it is the end of the time of a hold. */
  readonly isExpiry?: boolean;
  /** A payment has ended it, and no client. */
  readonly isPayment?: boolean;
}

export interface Violation {
  readonly rule: string;
  /** The operation's name, or the key where it is about several. */
  readonly op: string;
  readonly says: string;
}

/** The books that a write touches. */
export function booksOf(line: WriteLine): readonly number[] {
  return 'lines' in line ? line.lines.map(({ book }) => book) : [line.book];
}

export type Judgement =
  | { readonly changes: readonly (readonly [book: number, state: BookState])[] }
  | { readonly impossible: string };

const TOO_LATE: ReadonlySet<string | undefined> = new Set([
  'hold-confirmed',
  'hold-released',
  'hold-expired',
  'unknown-hold',
]);
const NOT_CANCELLED: ReadonlySet<string | undefined> = new Set([
  'over-cancelled',
  'not-confirmed',
  'over-refunded',
]);
const NOTHING: Judgement = { changes: [] };

/** What a write does in a state, or why its fate is impossible there. An open one does whatever it can. */
export function judge(write: Write, look: (book: number) => BookState | undefined): Judgement {
  const { line, fate, code } = write;
  const missing = booksOf(line).find((book) => !look(book));
  if (missing !== undefined) return refusal(`there is no book ${missing}`, 'unknown-book');
  const wanted = 'lines' in line ? totals(line.lines) : new Map<number, number>();
  const customer = 'customer' in line ? line.customer : undefined;
  /** So often as many copies more on the shelf, and so often more with the customer. */
  const shifted = (onShelf: number, withCustomer: number) =>
    [...wanted].map(([book, quantity]) => {
      const before = look(book)!;
      const after = { ...before, stock: before.stock + onShelf * quantity };
      return [book, counted(after, customer, withCustomer * quantity)] as const;
    });

  // What is held is off the shelf, so a confirmation changes nothing of it; who comes too late changes nothing at all.
  if (line.kind === 'confirm' || line.kind === 'release') {
    if (fate === 'refused') return TOO_LATE.has(code) ? NOTHING : { impossible: `refused as ${code}` };
    return { changes: line.kind === 'confirm' ? shifted(0, 0) : shifted(1, -1) };
  }
  // How many copies an order has left, the gatherer knows.
  if (line.kind === 'cancel') {
    if (fate === 'refused') return NOT_CANCELLED.has(code) ? NOTHING : { impossible: `refused as ${code}` };
    return { changes: shifted(line.restock ? 1 : 0, -1) };
  }
  if (line.kind === 'purchase' || line.kind === 'hold') {
    const dear = line.lines.find(({ book, price }) => price !== undefined && price !== look(book)!.price);
    const gone = line.lines.find(({ book }) => look(book)!.retired);
    const short = [...wanted].find(([book, quantity]) => quantity > look(book)!.stock);
    const limited = [...wanted].find(([book, quantity]) => quantity > allowed(look(book)!, customer));
    const rightCode = customer === undefined ? 'customer-needed' : 'limit-reached';
    if (fate === 'refused') {
      if (code === 'retired' && gone) return NOTHING;
      if (!gone && ((code === 'sold-out' && short) || (code === 'price-changed' && dear))) return NOTHING;
      if (!gone && code === rightCode && limited) return NOTHING;
      return { impossible: `refused as ${code}, but the copies were there at that price` };
    }
    if (gone) return refusal(`book ${gone.book} was retired`);
    if (dear) return refusal(`the price of book ${dear.book} was ${look(dear.book)!.price}`);
    if (short) return refusal(`only ${look(short[0])!.stock} copies of book ${short[0]} for ${short[1]}`);
    if (limited) return refusal(`customer ${customer} may not have ${limited[1]} more of book ${limited[0]}`);
    const total = line.lines.reduce((sum, { book, quantity }) => sum + quantity * look(book)!.price, 0);
    if (line.total !== undefined && line.total !== total) return { impossible: `the total was ${total}` };
    return { changes: shifted(-1, 1) };
  }

  const before = look(line.book)!;
  if (line.kind === 'adjust' && line.by === 0) return NOTHING;
  if (line.kind === 'adjust' && before.stock + line.by < 0) {
    return refusal(`only ${before.stock} copies were there to take ${-line.by} away`, 'too-few-copies');
  }
  if (fate === 'refused') {
    return code === 'stock-limit' ? NOTHING : { impossible: `refused as ${code}, but there is the book` };
  }
  if (line.kind === 'retire') {
    // What is so already leaves no trace.
    if (line.retired === (before.retired ?? false)) return NOTHING;
    return { changes: [[line.book, { ...before, retired: line.retired }]] };
  }
  if (line.kind === 'price') return { changes: [[line.book, { ...before, price: line.price }]] };
  const stock = before.stock + (line.kind === 'adjust' ? line.by : line.amount);
  if (line.stock !== undefined && line.stock !== stock) return { impossible: `the stock became ${stock}` };
  return { changes: [[line.book, { ...before, stock }]] };

  function refusal(why: string, rightCode?: string): Judgement {
    if (fate === 'open' || (fate === 'refused' && code === rightCode)) return NOTHING;
    return { impossible: why };
  }
}

/** How many more copies the customer may have. */
function allowed({ perCustomer, bought = {} }: BookState, customer: string | undefined): number {
  if (perCustomer === undefined) return Number.POSITIVE_INFINITY;
  return customer === undefined ? 0 : perCustomer - (bought[customer] ?? 0);
}

function counted(book: BookState, customer: string | undefined, more: number): BookState {
  if (book.perCustomer === undefined || customer === undefined) return book;
  return { ...book, bought: { ...book.bought, [customer]: (book.bought?.[customer] ?? 0) + more } };
}

function totals(lines: readonly { book: number; quantity: number }[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { book, quantity } of lines) sums.set(book, (sums.get(book) ?? 0) + quantity);
  return sums;
}
