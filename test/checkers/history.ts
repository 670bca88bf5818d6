import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';

/**
 * A history: what clients asked of the store and what they were told, as JSON lines. `docs/verification.md`
 * explains the format with an example. First come the books as they were, then the operations (those with a
 * definite answer in the order of their ends), then the order table as it was when all was over.
 */

const Time = z.number().min(0);
const BookId = z.int().min(1);
const Index = z.int().min(0);
const Count = z.int();

/** A book's state before the first operation. `perCustomer`: the most copies that one customer may have. */
const BookLine = z.object({
  kind: z.literal('book'),
  book: BookId,
  stock: Count,
  price: Count,
  version: Index,
  perCustomer: Count.optional(),
});

const Asked = {
  /** The operation's name, for messages. */
  op: z.string(),
  client: z.string(),
  /** The gateway that was asked. */
  via: z.string(),
  /** When it was asked and when its answer came, by one clock for all; null: it never came. */
  start: Time,
  end: Time.nullable(),
};

const Written = {
  ...Asked,
  /** The order id or idempotency key; operations with one key are one write, asked for several times. */
  key: z.string(),
  outcome: z.enum(['ok', 'refused', 'unknown', 'none']),
  code: z.string().optional(),
  /** The log index at which it was decided. */
  version: Index.optional(),
};

const CartLine = z.object({ book: BookId, quantity: Count, price: Count.optional() });

const PurchaseLine = z.object({
  kind: z.literal('purchase'),
  ...Written,
  lines: z.array(CartLine).min(1),
  customer: z.string().optional(),
  total: Count.optional(),
});
/** `paid`: what ends it is a payment service, and no client. */
const HoldLine = PurchaseLine.extend({ kind: z.literal('hold'), paid: z.boolean().optional() });
/** The end that a client gives to a hold; its lines are those of the hold. `hold` is the key of that. */
const ConfirmLine = z.object({
  kind: z.literal('confirm'),
  ...Written,
  hold: z.string(),
  lines: z.array(CartLine).min(1),
  customer: z.string().optional(),
});
const ReleaseLine = ConfirmLine.extend({ kind: z.literal('release') });
/** Copies of the order with the key `order` are taken back, and put on the shelf unless they are written off. */
const CancelLine = z.object({
  kind: z.literal('cancel'),
  ...Written,
  order: z.string(),
  lines: z.array(CartLine).min(1),
  restock: z.boolean(),
  customer: z.string().optional(),
  refund: Count.optional(),
});
/** `stock` is the answer's, after the write. */
const RestockLine = z.object({
  kind: z.literal('restock'),
  ...Written,
  book: BookId,
  amount: Count,
  stock: Count.optional(),
});
const PriceLine = z.object({ kind: z.literal('price'), ...Written, book: BookId, price: Count });

/** A signed number of copies. */
const AdjustLine = z.object({
  kind: z.literal('adjust'),
  ...Written,
  book: BookId,
  by: Count,
  stock: Count.optional(),
});
/** A book is retired, or on sale again. */
const RetireLine = z.object({ kind: z.literal('retire'), ...Written, book: BookId, retired: z.boolean() });

const ReadLine = z.object({
  kind: z.literal('read'),
  ...Asked,
  end: Time,
  consistency: z.enum(['default', 'strong']),
  book: BookId,
  outcome: z.literal('ok'),
  version: Index,
  /** The log index that the answer is known to be current at. */
  asOf: Index.optional(),
  stock: Count,
  price: Count,
});
/** A read without an answer: it proves nothing, but it is counted. */
const FailedReadLine = z.object({
  kind: z.literal('read'),
  ...Asked,
  consistency: z.enum(['default', 'strong']),
  book: BookId,
  outcome: z.literal('none'),
});

/**
 * A recorded order, from the order table at the end. `version` is that of its beginning; of a hold also how it ended, and of what
 * was cancelled the cancellations.
 */
const OrderLine = z.object({
  kind: z.literal('order'),
  key: z.string(),
  status: z.enum(['confirmed', 'refused', 'held', 'released', 'expired', 'partly-cancelled', 'cancelled']),
  code: z.string().optional(),
  version: Index,
  end: z.object({ what: z.enum(['confirmed', 'released', 'expired']), version: Index }).optional(),
  cancellations: z.array(z.object({ key: z.string(), version: Index })).optional(),
});
/** Says that the `order` lines are the whole table: a key that is not among them was never decided. */
const TableLine = z.object({ kind: z.literal('table'), orders: Count });

export const Line = z.discriminatedUnion('kind', [
  BookLine,
  PurchaseLine,
  HoldLine,
  ConfirmLine,
  ReleaseLine,
  CancelLine,
  RestockLine,
  PriceLine,
  AdjustLine,
  RetireLine,
  z.discriminatedUnion('outcome', [ReadLine, FailedReadLine]),
  OrderLine,
  TableLine,
]);
export type Line = z.infer<typeof Line>;
export type BookLine = z.infer<typeof BookLine>;
export type WriteLine =
  | z.infer<typeof PurchaseLine>
  | z.infer<typeof HoldLine>
  | z.infer<typeof ConfirmLine>
  | z.infer<typeof ReleaseLine>
  | z.infer<typeof CancelLine>
  | z.infer<typeof RestockLine>
  | z.infer<typeof PriceLine>
  | z.infer<typeof AdjustLine>
  | z.infer<typeof RetireLine>;
export type CancelLine = z.infer<typeof CancelLine>;
export type ReadLine = z.infer<typeof ReadLine>;
export type OrderLine = z.infer<typeof OrderLine>;
export type TableLine = z.infer<typeof TableLine>;

/** A history that can be gone through more than once: a list, or a file that is read anew each time. */
export type History = () => Iterable<Line> | AsyncIterable<Line>;

const WRITES: ReadonlySet<Line['kind']> = new Set<WriteLine['kind']>([
  'purchase',
  'hold',
  'confirm',
  'release',
  'cancel',
  'restock',
  'price',
  'adjust',
  'retire',
]);

export function isWrite(line: Line): line is WriteLine {
  return WRITES.has(line.kind);
}

export function isAnsweredRead(line: Line): line is ReadLine {
  return line.kind === 'read' && line.outcome === 'ok';
}

/** A history in a file; a line that does not fit is an error that names it. */
export function fileHistory(path: string): History {
  return async function* () {
    const input = createReadStream(path);
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text !== '') yield parseLine(text, `${path}:${number}`);
    }
  };
}

function parseLine(text: string, where: string): Line {
  try {
    return Line.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`);
  }
}

export interface HistoryWriter {
  /** Resolves when the file has room for the next line. */
  write(line: Line): Promise<void>;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

export function openHistory(path: string): HistoryWriter {
  const output = createWriteStream(path);
  // All writers may wait for room at once.
  output.setMaxListeners(0);
  return {
    async write(line) {
      if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
    },
    async close() {
      output.end();
      await once(output, 'finish');
    },
  };
}

/** The line of a recorded order. */
export function orderLine({ orderId, status, code, version, events = [] }: RecordedOrder): OrderLine {
  const [begin] = events;
  const end = begin?.what === 'held' ? events[1] : undefined;
  const cancellations = events.flatMap(({ what, key, version }) =>
    what === 'cancelled' ? [{ key, version }] : [],
  );
  return {
    kind: 'order',
    key: orderId,
    status,
    code,
    version: begin?.version ?? version,
    ...(end && { end: { what: end.what, version: end.version } }),
    ...(cancellations.length > 0 && { cancellations }),
  } as OrderLine;
}

interface RecordedOrder {
  readonly orderId: string;
  readonly status: OrderLine['status'];
  readonly code?: string;
  readonly version: number;
  readonly events?: readonly {
    readonly what: string;
    readonly version: number;
    readonly key?: string | undefined;
  }[];
}
