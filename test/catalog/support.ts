import { decide } from '../../actors/catalog/decide.ts';
import type { Recorded, View } from '../../actors/catalog/decision.ts';
import { afterEntry, TIME_START } from '../../actors/catalog/log-time.ts';
import { recordKey } from '../../actors/catalog/recall.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import type { Applied } from '../../actors/replica/state-machine.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import {
  type AddBooks,
  type Book,
  type BookChange,
  type BookEdit,
  type Cancel,
  type CartLine,
  type ChangeBooks,
  type Command,
  type Confirm,
  type Hold,
  type LogCommand,
  MAX_NEW_BOOK_ID,
  type NewBook,
  type Order,
  type Purchase,
  type Release,
  type Result,
  type UpdateBook,
} from '../../runtime/domain.ts';
import type { Entry } from '../../runtime/messages.ts';
import { keysUnder } from '../../storage/keys.ts';
import type { Store } from '../../storage/store.ts';

export function purchase(key: string, lines: readonly CartLine[], requestId = `first of ${key}`): Purchase {
  return { kind: 'purchase', key, requestId, lines: [...lines] };
}

export function addBooks(key: string, books: readonly NewBook[], requestId = `first of ${key}`): AddBooks {
  return { kind: 'addBooks', key, requestId, books: [...books] };
}

export function updateBook(
  key: string,
  change: Omit<UpdateBook, 'kind' | 'key' | 'requestId'>,
  requestId = `first of ${key}`,
): UpdateBook {
  return { kind: 'updateBook', key, requestId, ...change };
}

export function changeBooks(
  key: string,
  changes: readonly BookEdit[],
  requestId = `first of ${key}`,
): ChangeBooks {
  return { kind: 'changeBooks', key, requestId, changes: [...changes] };
}

export function hold(
  key: string,
  lines: readonly CartLine[],
  ttlMs = 60_000,
  requestId = `first of ${key}`,
): Hold {
  return { kind: 'hold', key, requestId, lines: [...lines], ttlMs };
}

export function confirm(key: string, requestId = `confirmation of ${key}`): Confirm {
  return { kind: 'confirm', key, requestId };
}

export function release(key: string, requestId = `release of ${key}`): Release {
  return { kind: 'release', key, requestId };
}

export function cancel(
  key: string,
  orderId: string,
  wish: Partial<Pick<Cancel, 'lines' | 'restock' | 'refund'>> = {},
  requestId = `first of ${key}`,
): Cancel {
  return { kind: 'cancel', key, requestId, orderId, by: 'admin', restock: true, ...wish };
}

export function newBook(id: number | undefined, facts: Partial<NewBook> = {}): NewBook {
  return { id, title: `Book ${id}`, topic: 'xen', price: 1000, stock: 10, ...facts };
}

/** Decides commands over a state of two maps, without store, digest or indexes. */
export interface Ledger extends View {
  readonly index: number;
  readonly books: ReadonlyMap<number, Book>;
  run(command: Command): Result;
}

export function createLedger(...added: readonly NewBook[]): Ledger {
  const books = new Map<number, Book>();
  const records = new Map<string, Recorded>();
  const holds = new Set<string>();
  const counts = new Map<string, number>();
  let index = 0;
  let logTime = TIME_START;
  const ledger: Ledger = {
    get index() {
      return index;
    },
    level: LEVEL,
    get logTime() {
      return logTime;
    },
    get openHolds() {
      return holds.size;
    },
    books: books,
    book: (id) => books.get(id),
    withIsbn: (isbn, but) => [...books.values()].find((book) => book.isbn === isbn && book.id !== but)?.id,
    get lastId() {
      return Math.max(0, ...[...books.keys()].filter((id) => id <= MAX_NEW_BOOK_ID));
    },
    get firstFreeId() {
      let id = 1;
      while (books.has(id)) id++;
      return id;
    },
    copiesOf: (bookId, customer) => counts.get(`${bookId} ${customer}`) ?? 0,
    recorded: (key) => records.get(key),
    run(command) {
      index++;
      const at = index * 1000;
      logTime = afterEntry(logTime, { term: 1, at, command });
      const decision = decide(ledger, command, { index, at });
      for (const book of decision.books) books.set(book.id, book);
      if (decision.record) records.set(recordKey(command), decision.record);
      const { hold, amended } = decision;
      if (amended) records.set(amended.key, amended.record);
      for (const { bookId, customer, copies } of decision.counts ?? [])
        counts.set(`${bookId} ${customer}`, copies);
      if (hold?.isOpen) holds.add(hold.key);
      else if (hold) holds.delete(hold.key);
      return decision.result;
    },
  };
  if (added.length > 0) ledger.run(addBooks('the-first-books', added));
  return ledger;
}

/** The order in a result, which must be one. */
export function orderIn(result: Result | null): Order {
  if (result?.kind !== 'order') throw new Error(`not an order: ${JSON.stringify(result)}`);
  return result.order;
}

/** A state on a store, and the log that led to it. */
export interface Replica {
  readonly store: Store;
  readonly state: CatalogState;
  readonly log: readonly Entry[];
  /** Unless told otherwise a second after the entry before, in term 1. */
  apply(command: LogCommand | null, stamp?: Partial<Pick<Entry, 'at' | 'term'>>): Applied<Result, BookChange>;
  /** Makes durable what was applied. */
  flush(): Promise<void>;
  /** Loses what was not flushed, and applies it again from the log. */
  restart(): Promise<void>;
  /** Takes over the state that is durable at `other`, as a snapshot in pieces of `chunk` records. */
  restoreFrom(other: Replica, chunk?: number): Promise<void>;
}

export async function openReplica(store: Store): Promise<Replica> {
  let state = await CatalogState.load(store);
  let log: Entry[] = [];
  const applyEntry = (entry: Entry) => {
    const index = state.applied.index + 1;
    return state.apply({ index, term: entry.term, sum: index * 31 }, entry);
  };
  const replica: Replica = {
    store,
    get state() {
      return state;
    },
    get log() {
      return log;
    },
    apply(command, stamp = {}) {
      const entry = { term: 1, at: 1000 * log.length, command, ...stamp };
      log.push(entry);
      return applyEntry(entry);
    },
    async flush() {
      await store.write(state.takeOperations());
      state.persisted();
    },
    async restart() {
      state = await CatalogState.load(store);
      for (const entry of log.slice(state.applied.index)) applyEntry(entry);
    },
    async restoreFrom(other, chunk = 3) {
      const persisted = other.state.readPersisted(other.store)!;
      const { position } = persisted;
      const restoring = state.restore();
      for (const records of cut(await snapshotOf(other), chunk)) await store.write(restoring.accept(records));
      const finished = restoring.finish(position, persisted);
      if (!finished) throw new Error('the snapshot does not have the digest that it should have');
      await store.write(finished.switchOver);
      await store.clear(keysUnder(state.prefix));
      state = await CatalogState.load(store);
      log = other.log.slice(0, position.index);
    },
  };
  return replica;
}

/** The durable records of a replica, keys without the prefix. */
export async function snapshotOf({ store, state }: Replica): Promise<[string, string][]> {
  const records: [string, string][] = [];
  for await (const page of store.pages(keysUnder(state.prefix))) {
    for (const [key, value] of page) records.push([key.slice(state.prefix.length), value]);
  }
  return records;
}

function cut<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, place) => items.slice(place * size, (place + 1) * size));
}
