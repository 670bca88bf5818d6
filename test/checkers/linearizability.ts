import { isAnsweredRead, isWrite, type Line, type ReadLine } from './history.ts';
import { createGatherer } from './ledger.ts';
import { type BookState, booksOf, judge, type Violation, type Write } from './model.ts';

/**
 * A black-box check: can the purchases, restocks, price changes and strong reads of a history be put in one order,
 * each at a moment between its asking and its answer, such that a plain bookstore would have answered the same?
 * It looks at no version and no log.
 *
 * The method is just-in-time linearization (Gavin Lowe, "Testing for linearizability", 2017, after Wing and Gong,
 * 1993): go through the history in time and keep every configuration (a state, and which of the open operations
 * have already taken effect) that explains it so far; an operation has to take effect at its answer at the latest.
 * Linearizability is local (Herlihy and Wing, 1990), so books are checked one by one; a cart of several books
 * joins them into one group, whose state is all of their states.
 *
 * Two facts keep the configurations few. What changes nothing and fits the state (a read, a refusal) can take
 * effect at once: putting it off helps nobody. That does not go for what sets a value, which may be the value already,
 * and another one later. And of open operations that do the same and were told the same, the
 * one that has to be done first goes first: any order with them exchanged is as good.
 */
export interface LinearizabilityReport {
  readonly verdict: 'linearizable' | 'violated' | 'undecided';
  readonly operations: number;
  /** Books, or sets of books that share carts, that were checked separately. */
  readonly groups: number;
  readonly violations: readonly Violation[];
}

/** An operation of one group. `end` is infinite for what has no answer; an optional one need never take effect. */
interface Operation {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly optional: boolean;
  /** Operations with equal signatures can stand for each other. */
  readonly signature: string;
  readonly books: readonly number[];
  /** It sets a value, whatever stood there. */
  readonly sets: boolean;
  /** The state after it, the same state if it changes nothing, or undefined if it cannot happen here. */
  step(state: State): State | undefined;
}

/** The states of a group by book; never changed, only replaced. */
type State = ReadonlyMap<number, BookState>;

interface Configuration {
  readonly state: State;
  /** Open operations that have taken effect. */
  readonly done: ReadonlySet<Operation>;
}

const DEFAULT_MAX_CONFIGURATIONS = 200_000;

/** Checks a whole history. A group that needs more than `maxConfigurations` at once stays undecided. */
export async function checkLinearizability(
  lines: Iterable<Line> | AsyncIterable<Line>,
  { maxConfigurations = DEFAULT_MAX_CONFIGURATIONS } = {},
): Promise<LinearizabilityReport> {
  const gatherer = createGatherer();
  const operations: Operation[] = [];
  for await (const line of lines) {
    if (line.kind === 'book') gatherer.book(line);
    else if (line.kind === 'order') gatherer.order(line);
    else if (line.kind === 'table') gatherer.table(line);
    else if (isWrite(line)) gatherer.write(line);
    else if (isAnsweredRead(line) && line.consistency === 'strong') operations.push(readOperation(line));
  }
  const { books, writes, violations } = gatherer.ledger();
  const found = [...violations];
  for (const write of writes) {
    // What is held already is off the shelf: that a payment sells it changes no book, and can have been at any moment.
    if (write.isPayment && write.line.kind === 'confirm') continue;
    operations.push(writeOperation(write));
  }

  const states: State = new Map(
    books.map(({ book, stock, price, perCustomer }) => [
      book,
      { stock, price, ...(perCustomer !== undefined && { perCustomer }) },
    ]),
  );
  const groups = groupByBooks(operations);
  let undecided = false;
  for (const group of groups) {
    const state = new Map([...states].filter(([book]) => group.books.has(book)));
    const verdict = checkGroup(group.operations, state, maxConfigurations);
    if (verdict === 'undecided') undecided = true;
    else if (verdict) found.push(verdict);
  }
  const verdict = found.length > 0 ? 'violated' : undecided ? 'undecided' : 'linearizable';
  return { verdict, operations: operations.length, groups: groups.length, violations: found };
}

function readOperation({ op, start, end, book, stock, price }: ReadLine): Operation {
  return {
    name: op,
    start,
    end,
    optional: false,
    signature: `read ${book} ${stock} ${price}`,
    books: [book],
    sets: false,
    step(state) {
      const now = state.get(book);
      return now?.stock === stock && now.price === price ? state : undefined;
    },
  };
}

function writeOperation(write: Write): Operation {
  const { line, start, end, fate, code } = write;
  const { op, key, via, client, start: _start, end: _end, version, outcome, ...effect } = line;
  return {
    name: op,
    start,
    end,
    optional: fate === 'open',
    signature: JSON.stringify([fate, code, effect]),
    books: booksOf(line),
    sets: line.kind === 'price' || line.kind === 'retire',
    step(state) {
      const judgement = judge(write, (book) => state.get(book));
      if ('impossible' in judgement) return undefined;
      const changed = judgement.changes.filter(([book, after]) => {
        const before = state.get(book);
        return before === undefined || stateName(before) !== stateName(after);
      });
      return changed.length === 0 ? state : new Map([...state, ...changed]);
    },
  };
}

interface Group {
  readonly books: Set<number>;
  readonly operations: Operation[];
}

/** Joins operations that share books, directly or through others, and leaves the rest apart. */
function groupByBooks(operations: readonly Operation[]): Group[] {
  const parents = new Map<number, number>();
  const root = (book: number): number => {
    const parent = parents.get(book) ?? book;
    if (parent === book) return book;
    const top = root(parent);
    parents.set(book, top);
    return top;
  };
  for (const { books } of operations) for (const book of books) parents.set(root(book), root(books[0]!));

  const groups = new Map<number, Group>();
  for (const operation of operations) {
    const top = root(operation.books[0]!);
    const group = groups.get(top) ?? { books: new Set(), operations: [] };
    groups.set(top, group);
    group.operations.push(operation);
    for (const book of operation.books) group.books.add(book);
  }
  return [...groups.values()];
}

function checkGroup(
  operations: readonly Operation[],
  state: State,
  maxConfigurations: number,
): Violation | 'undecided' | undefined {
  let configurations: Configuration[] = [{ state, done: new Set() }];
  /** Invoked and not yet answered, those that must be done first in front. */
  const open: Operation[] = [];
  for (const { operation, isEnd } of eventsOf(operations)) {
    if (!isEnd) {
      const place = open.findIndex(({ end }) => end > operation.end);
      open.splice(place === -1 ? open.length : place, 0, operation);
      continue;
    }
    const next = linearize(configurations, operation, open, maxConfigurations);
    if (next === 'undecided') return next;
    if (next.length === 0) return unexplained(operation, configurations);
    configurations = next;
    open.splice(open.indexOf(operation), 1);
  }
  return undefined;
}

/** Invocations and answers in time; at one moment invocations come first, so that those operations overlap. */
function eventsOf(operations: readonly Operation[]): { operation: Operation; isEnd: boolean }[] {
  const starts = operations.map((operation) => ({ operation, isEnd: false, at: operation.start }));
  const ends = operations
    .filter(({ optional }) => !optional)
    .map((operation) => ({ operation, isEnd: true, at: operation.end }));
  return [...starts, ...ends].sort((a, b) =>
    a.at === b.at ? Number(a.isEnd) - Number(b.isEnd) : a.at < b.at ? -1 : 1,
  );
}

/** Every configuration in which `operation` has taken effect, reached from the given ones by open operations. */
function linearize(
  configurations: readonly Configuration[],
  operation: Operation,
  open: readonly Operation[],
  maxConfigurations: number,
): Configuration[] | 'undecided' {
  const numbers = new Map(open.map((one, number) => [one, number]));
  const seen = new Set<string>();
  const reached: Configuration[] = [];
  const stack: Configuration[] = [];
  const visit = (configuration: Configuration) => {
    const key = nameOf(configuration, numbers);
    if (seen.has(key)) return;
    seen.add(key);
    stack.push(configuration);
  };

  for (const configuration of configurations) visit(absorb(configuration, open));
  for (let from = stack.pop(); from; from = stack.pop()) {
    if (seen.size > maxConfigurations) return 'undecided';
    if (from.done.has(operation)) {
      const done = new Set(from.done);
      done.delete(operation);
      reached.push({ state: from.state, done });
      continue;
    }
    const tried = new Set<string>();
    for (const candidate of open) {
      if (from.done.has(candidate) || tried.has(candidate.signature)) continue;
      tried.add(candidate.signature);
      const state = candidate.step(from.state);
      if (!state || (state === from.state && !candidate.sets)) continue;
      visit(absorb({ state, done: new Set([...from.done, candidate]) }, open));
    }
  }
  return reached;
}

/** Lets everything take effect that fits the state and does not change it. */
function absorb({ state, done }: Configuration, open: readonly Operation[]): Configuration {
  const more = open.filter(
    (one) => !one.optional && !one.sets && !done.has(one) && one.step(state) === state,
  );
  return more.length === 0 ? { state, done } : { state, done: new Set([...done, ...more]) };
}

/** Equal for equal states. */
function stateName({ stock, price, retired = false, bought }: BookState): string {
  const counts = bought ? `, ${JSON.stringify(Object.entries(bought).sort())}` : '';
  return `${stock} at ${price}${retired ? ', retired' : ''}${counts}`;
}

/** Equal for equal configurations. */
function nameOf({ state, done }: Configuration, numbers: ReadonlyMap<Operation, number>): string {
  const states = [...state.values()].map(stateName).join();
  const places = [...done].map((operation) => numbers.get(operation)!).sort((a, b) => a - b);
  return `${states}|${places.join()}`;
}

function unexplained(operation: Operation, configurations: readonly Configuration[]): Violation {
  const stocks = configurations.slice(0, 5).map(({ state }) => {
    const states = operation.books.map((book) => {
      const now = state.get(book);
      return now ? `book ${book}: ${stateName(now)}` : `no book ${book}`;
    });
    return states.join(', ');
  });
  return {
    rule: 'linearizable',
    op: operation.name,
    says: `no order explains ${operation.signature}; possible before it: ${stocks.join(' or ')}`,
  };
}
