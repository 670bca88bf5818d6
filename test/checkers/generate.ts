import type { Random } from '../../runtime/random.ts';
import type { Line, OrderLine, ReadLine, WriteLine } from './history.ts';
import { booksOf } from './model.ts';

export interface GenerateOptions {
  readonly operations: number;
  readonly clients: number;
  readonly books: number;
  readonly random: Random;
  /** Part of the writes whose client never hears the outcome. */
  readonly unknown?: number;
  /** Part of the purchases that are carts of two books. */
  readonly carts?: number;
}

/** What a client is waiting for; `line` holds the answer once it has taken effect. */
interface Running {
  readonly line: WriteLine | ReadLine;
  readonly decided: boolean;
}

interface Version {
  readonly version: number;
  readonly stock: number;
  readonly price: number;
  readonly retired?: boolean;
}

/** What a read shows of it. */
const shownOf = ({ version, stock, price }: Version) => ({ version, stock, price });

const GATEWAYS = ['gateway-1', 'gateway-2'];
const FIRST: Version = { version: 0, stock: 50, price: 1000 };

/**
 * A history that is right by the way it is made: a bookstore in one place, in which every operation takes effect
 * at one moment between its asking and its answer, and default reads come from caches that lag behind.
 */
export function* generate(options: GenerateOptions): Generator<Line> {
  const { operations, clients, books, random, unknown = 0, carts = 0 } = options;
  const pasts = new Map<number, Version[]>();
  const orders: OrderLine[] = [];
  const running = new Map<number, Running>();
  const lateOnes: WriteLine[] = [];
  const shown = new Map<string, number>();
  let time = 0;
  let index = 0;
  let asked = 0;

  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const latest = (book: number) => pasts.get(book)!.at(-1)!;
  const push = (book: number, change: Partial<Version>) =>
    pasts.get(book)!.push({ ...latest(book), ...change, version: index });
  const shownBy = (via: string, book: number) => shown.get(`${via} ${book}`) ?? 0;
  const show = (via: string, book: number, version: number) =>
    shown.set(`${via} ${book}`, Math.max(shownBy(via, book), version));

  function ask(client: string): WriteLine | ReadLine {
    asked += 1;
    const who = { op: `op-${asked}`, client, via: pick(GATEWAYS), start: time };
    const writing = { ...who, end: null, key: `key-${asked}`, outcome: 'unknown' } as const;
    const book = 1 + random.integer(books);
    const dice = random.next();
    if (dice < 0.4) {
      const lines = [{ book, quantity: 1 + random.integer(3) }];
      if (random.next() < carts) lines.push({ book: 1 + random.integer(books), quantity: 1 });
      return { kind: 'purchase', ...writing, lines };
    }
    if (dice < 0.45) return { kind: 'restock', ...writing, book, amount: 1 + random.integer(20) };
    if (dice < 0.5) return { kind: 'price', ...writing, book, price: 100 * (1 + random.integer(50)) };
    if (dice < 0.55) return { kind: 'adjust', ...writing, book, by: random.integer(9) - 6 || 1 };
    if (dice < 0.57) return { kind: 'retire', ...writing, book, retired: random.next() < 0.5 };
    const consistency = dice < 0.75 ? 'strong' : 'default';
    return { kind: 'read', ...who, end: 0, consistency, book, outcome: 'ok', ...FIRST };
  }

  function read(line: ReadLine): ReadLine {
    const { book, via, consistency } = line;
    if (consistency === 'strong') return { ...line, ...shownOf(latest(book)), asOf: index };
    const past = pasts.get(book)!;
    return { ...line, ...shownOf(pick(past.filter(({ version }) => version >= shownBy(via, book)))) };
  }

  function write(line: WriteLine): WriteLine {
    index += 1;
    if (line.kind === 'price') {
      push(line.book, { price: line.price });
      return { ...line, outcome: 'ok', version: index };
    }
    if (line.kind === 'restock') {
      push(line.book, { stock: latest(line.book).stock + line.amount });
      return { ...line, outcome: 'ok', version: index, stock: latest(line.book).stock };
    }
    if (line.kind === 'retire') {
      if (line.retired !== (latest(line.book).retired ?? false)) push(line.book, { retired: line.retired });
      return { ...line, outcome: 'ok', version: index };
    }
    if (line.kind === 'adjust') {
      const stock = latest(line.book).stock + line.by;
      if (stock < 0) return { ...line, outcome: 'refused', code: 'too-few-copies', version: index };
      push(line.book, { stock });
      return { ...line, outcome: 'ok', version: index, stock };
    }
    if (line.kind !== 'purchase') throw new Error(`nobody asks for a ${line.kind} here`);
    const wanted = new Map<number, number>();
    for (const { book, quantity } of line.lines) wanted.set(book, (wanted.get(book) ?? 0) + quantity);
    const order = { kind: 'order', key: line.key, version: index } as const;
    if (line.lines.some(({ book }) => latest(book).retired)) {
      orders.push({ ...order, status: 'refused', code: 'retired' });
      return { ...line, outcome: 'refused', code: 'retired', version: index };
    }
    if ([...wanted].some(([book, quantity]) => quantity > latest(book).stock)) {
      orders.push({ ...order, status: 'refused', code: 'sold-out' });
      return { ...line, outcome: 'refused', code: 'sold-out', version: index };
    }
    const total = line.lines.reduce((sum, { book, quantity }) => sum + quantity * latest(book).price, 0);
    for (const [book, quantity] of wanted) push(book, { stock: latest(book).stock - quantity });
    orders.push({ ...order, status: 'confirmed' });
    return { ...line, outcome: 'ok', version: index, total };
  }

  function finish(line: WriteLine | ReadLine): Line {
    if (line.kind === 'read') show(line.via, line.book, line.version);
    else {
      for (const book of booksOf(line)) {
        const seen = pasts.get(book)!.findLast(({ version }) => version <= line.version!);
        show(line.via, book, seen!.version);
      }
    }
    return { ...line, end: time };
  }

  for (let book = 1; book <= books; book++) {
    pasts.set(book, [FIRST]);
    yield { kind: 'book', book, ...FIRST };
  }
  while (asked < operations || running.size > 0) {
    time += 1;
    const slot = random.integer(clients);
    const present = running.get(slot);
    if (!present) {
      if (asked < operations) running.set(slot, { line: ask(`client-${slot + 1}`), decided: false });
    } else if (present.decided) {
      running.delete(slot);
      yield finish(present.line);
    } else if (present.line.kind === 'read') {
      running.set(slot, { line: read(present.line), decided: true });
    } else if (random.next() < unknown) {
      // Its client gives up. Half of these take effect at some later time, the others never do.
      running.delete(slot);
      if (random.next() < 0.5) lateOnes.push(present.line);
      yield present.line;
    } else {
      running.set(slot, { line: write(present.line), decided: true });
    }
    if (lateOnes.length > 0 && random.next() < 0.1) write(lateOnes.shift()!);
  }
  yield* orders;
  yield { kind: 'table', orders: orders.length };
}
